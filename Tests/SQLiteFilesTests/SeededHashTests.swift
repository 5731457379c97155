import Testing

@testable import SQLiteFiles

@Suite struct SeededHashTests {
    private static let key: [UInt8] = (0..<16).map { UInt8($0) }

    /// The hashes that `SipHash` gives for the inputs of the reference implementation: no byte, 0,
    /// 0 1, 0 1 2, …
    private func hashes(_ hash: ([UInt8]) -> UInt64) -> [UInt64] {
        (0..<64).map { length in hash((0..<length).map { UInt8($0) }) }
    }

    @Test func `SipHash-2-4 gives the published vectors`() {
        let function = SipHash<2, 4>(key: Self.key)
        #expect(hashes { function.hash($0.span) } == Self.published)
    }

    @Test func `SipHash-1-3 gives what an independent implementation gives`() {
        let function = SipHash<1, 3>(key: Self.key)
        #expect(hashes { function.hash($0.span) } == Self.independent)
    }

    @Test func `a key is the SipHash-1-3 of the bytes, of text and of a part of an array alike`() {
        let text = "2024-CASHIN-3fa85f64-5717-4562-b3fc-"
        let hash = SeededHash(seed: (16..<32).map { UInt8($0) })
        // Not at an address that is a multiple of 8.
        let bytes = [0] + Array(text.utf8) + [0]
        #expect(hash.key(for: text.utf8) == 0x8B42_B2F1_70CF_0843)
        let part = hash.key(for: bytes.span.extracting(1..<bytes.count - 1))
        #expect(part == 0x8B42_B2F1_70CF_0843)
    }

    @Test func `no key is 0, which marks an empty slot`() {
        #expect(SeededHash.slotKey(0) == 1)
        #expect(SeededHash.slotKey(1) == 1)
        #expect(SeededHash.slotKey(.max) == .max)
    }

    @Test func `each byte of the seed changes the keys`() {
        let text = "TRX-1"
        let key = SeededHash(seed: Self.key).key(for: text.utf8)
        for place in 0..<16 {
            var seed = Self.key
            seed[place] ^= 1
            #expect(SeededHash(seed: seed).key(for: text.utf8) != key)
        }
    }

    @Test func `references that share a slot under one seed do not under another`() {
        let slot = { (hash: SeededHash, number: Int) in hash.key(for: "TRX-\(number)".utf8) & 0xFF }
        let first = SeededHash(seed: Self.key)
        let second = SeededHash(seed: Self.key.reversed())
        let crowd = (0..<10_000).filter { slot(first, $0) == 7 }
        #expect(crowd.count > 10)
        #expect(Set(crowd.map { slot(second, $0) }).count > crowd.count / 2)
    }

    /// `vectors_sip64` of the reference implementation (github.com/veorq/SipHash).
    private static let published: [UInt64] = [
        0x726F_DB47_DD0E_0E31, 0x74F8_39C5_93DC_67FD, 0x0D6C_8009_D9A9_4F5A, 0x8567_6696_D7FB_7E2D,
        0xCF27_94E0_2771_87B7, 0x1876_5564_CD99_A68D, 0xCBC9_466E_58FE_E3CE, 0xAB02_00F5_8B01_D137,
        0x93F5_F579_9A93_2462, 0x9E00_82DF_0BA9_E4B0, 0x7A5D_BBC5_94DD_B9F3, 0xF4B3_2F46_226B_ADA7,
        0x751E_8FBC_860E_E5FB, 0x14EA_5627_C084_3D90, 0xF723_CA90_8E7A_F2EE, 0xA129_CA61_49BE_45E5,
        0x3F2A_CC7F_57C2_9BDB, 0x699A_E9F5_2CBE_4794, 0x4BC1_B3F0_968D_D39C, 0xBB6D_C91D_A779_61BD,
        0xBED6_5CF2_1AA2_EE98, 0xD0F2_CBB0_2E3B_67C7, 0x9353_6795_E3A3_3E88, 0xA80C_038C_CD5C_CEC8,
        0xB8AD_50C6_F649_AF94, 0xBCE1_92DE_8A85_B8EA, 0x17D8_35B8_5BBB_15F3, 0x2F2E_6163_076B_CFAD,
        0xDE4D_AAAC_A71D_C9A5, 0xA6A2_5066_8795_6571, 0xAD87_A353_5C49_EF28, 0x32D8_92FA_D841_C342,
        0x7127_512F_72F2_7CCE, 0xA7F3_2346_F959_78E3, 0x12E0_B01A_BB05_1238, 0x15E0_34D4_0FA1_97AE,
        0x314D_FFBE_0815_A3B4, 0x0279_90F0_2962_3981, 0xCADC_D4E5_9EF4_0C4D, 0x9ABF_D876_6A33_735C,
        0x0E3E_A96B_5304_A7D0, 0xAD0C_42D6_FC58_5992, 0x1873_06C8_9BC2_15A9, 0xD4A6_0ABC_F379_2B95,
        0xF935_451D_E4F2_1DF2, 0xA953_8F04_1975_5787, 0xDB9A_CDDF_F56C_A510, 0xD06C_98CD_5C09_75EB,
        0xE612_A3CB_9ECB_A951, 0xC766_E62C_FCAD_AF96, 0xEE64_435A_9752_FE72, 0xA192_D576_B245_165A,
        0x0A87_87BF_8ECB_74B2, 0x81B3_E73D_20B4_9B6F, 0x7FA8_220B_A3B2_ECEA, 0x2457_31C1_3CA4_2499,
        0xB78D_BFAF_3A8D_83BD, 0xEA1A_D565_322A_1A0B, 0x60E6_1C23_A379_5013, 0x6606_D7E4_4628_2B93,
        0x6CA4_ECB1_5C5F_91E1, 0x9F62_6DA1_5C96_25F3, 0xE51B_3860_8EF2_5F57, 0x958A_324C_EB06_4572,
    ]

    /// Made with an implementation in Python that agrees with `published`, and with CPython's own
    /// hash of bytes under its seed of zeros.
    private static let independent: [UInt64] = [
        0xABAC_0158_050F_C4DC, 0xC9F4_9BF3_7D57_CA93, 0x82CB_9B02_4DC7_D44D, 0x8BF8_0AB8_E7DD_F7FB,
        0xCF75_5760_88D3_8328, 0xDEF9_D52F_4953_3B67, 0xC50D_2B50_C59F_22A7, 0xD392_7D98_9BB1_1140,
        0x3690_9511_8D29_9A8E, 0x25A4_8EB3_6C06_3DE4, 0x79DE_85EE_92FF_097F, 0x70C1_18C1_F94D_C352,
        0x78A3_84B1_57B4_D9A2, 0x306F_760C_1229_FFA7, 0x605A_A111_C0F9_5D34, 0xD320_D86D_2A51_9956,
        0xCC4F_DD1A_7D90_8B66, 0x9CF2_6890_63DB_D80C, 0x8FFC_389C_B473_E63E, 0xF21F_9DE5_8D29_7D1C,
        0xC0DC_2F46_A6CC_E040, 0xB992_ABFE_2B45_F844, 0x7FFE_7B9B_A320_872E, 0x525A_0E7F_DAE6_C123,
        0xF464_AEB2_6734_9C8C, 0x45CD_5928_705B_0979, 0x3A3E_35E3_CA99_13A5, 0xA91D_C74E_4ADE_3B35,
        0xFB0B_ED02_EF6C_D00D, 0x88D9_3CB4_4AB1_E1F4, 0x540F_11D6_43C5_E663, 0x2370_DD1F_8C21_D1BC,
        0x8115_7B6C_16A7_B60D, 0x4D54_B9E5_7A8F_F9BF, 0x759F_1278_1F2A_753E, 0xCEA1_A3BE_BF18_6B91,
        0x2CF5_08D3_ADA2_6206, 0xB610_1C2D_A3C3_3057, 0xB3F4_7496_AE3A_36A1, 0x626B_5754_7B10_8392,
        0xC1D2_3632_99E4_1531, 0x667C_C192_3F1A_D944, 0x6570_4FFE_C813_8825, 0x24F2_80D1_C289_49A6,
        0xC2CA_1CED_FAF8_876B, 0xC216_4BFC_9F04_2196, 0xA16E_9C93_68B1_D623, 0x49FB_169C_8B51_14FD,
        0x9F31_43F8_DF07_4C46, 0xC6FD_AF24_12CC_86B3, 0x7EAF_49D1_0A52_098F, 0x1CF3_1355_9D29_2F9A,
        0xC44A_30DD_A2F4_1F12, 0x36FA_E989_43A7_1ED0, 0x318F_B34C_73F0_BCE6, 0xA27A_BF36_70A7_E980,
        0xB4BC_C0DB_243C_6D75, 0x23F8_D852_FDB7_1513, 0x8F03_5F4D_A67D_8A08, 0xD89C_D0E5_B7E8_F148,
        0xF6F4_E6BC_F7A6_44EE, 0xAEC5_9AD8_0F18_37F2, 0xC3B2_F615_4B66_94E0, 0x9D19_9062_B7BB_B3A8,
    ]
}
