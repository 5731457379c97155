import Foundation

/// What a power cut leaves of what was not synced.
enum DiskLoss: CaseIterable {
    /// Everything, as when only the process ends.
    case nothing
    case everything
    /// What was done after some moment.
    case afterSomeMoment
    /// Any part of the writes and names.
    case anyPart
    /// Any part of the writes and names; some writes are torn, at sectors of 512 bytes, pages of
    /// 4 KiB or in the middle of a sector, or leave zeros.
    case torn

    /// Any of them, the harder ones more often.
    static func random(using random: inout SeededGenerator) -> DiskLoss {
        switch Int.random(in: 0..<10, using: &random) {
        case 0: .nothing
        case 1, 2: .everything
        case 3, 4: .afterSomeMoment
        case 5, 6: .anyPart
        default: .torn
        }
    }
}

extension DiskModel {
    /// The files that a power cut leaves now, by name.
    ///
    /// - Parameter isWanted: whether a file matters; others are left out.
    func files(
        after loss: DiskLoss,
        using random: inout SeededGenerator,
        where isWanted: (String) -> Bool = { _ in true }
    ) -> [String: [UInt8]] {
        let events = files.flatMap { $0.changes.map(\.event) } + nameChanges.map(\.event)
        let moment = Int.random(in: (events.min() ?? 0)...(events.max() ?? 0) + 1, using: &random)
        func isKept(_ event: Int) -> Bool {
            switch loss {
            case .nothing: true
            case .everything: false
            case .afterSomeMoment: event < moment
            case .anyPart, .torn: Bool.random(using: &random)
            }
        }
        var names = durableNames
        for change in nameChanges where isKept(change.event) {
            Self.apply(change.kind, to: &names)
        }
        var contents: [Int: [UInt8]] = [:]
        var result: [String: [UInt8]] = [:]
        // Sorted, so that a seed gives the same files each time.
        for (name, file) in names.sorted(by: { $0.key < $1.key }) where isWanted(name) {
            if name.hasSuffix("-shm") {
                result[name] = Self.sharedMemory(using: &random)
                continue
            }
            if contents[file] == nil {
                var bytes = files[file].durable
                for change in files[file].changes {
                    if change.state == .durable || isKept(change.event) {
                        Self.apply(change.kind, to: &bytes)
                    } else if loss == .torn {
                        Self.tear(change.kind, into: &bytes, using: &random)
                    }
                }
                contents[file] = bytes
            }
            result[name] = contents[file]
        }
        return result
    }

    /// The shared memory of a WAL is never synced, and written through a mapping: anything may be
    /// left of it.
    private static func sharedMemory(using random: inout SeededGenerator) -> [UInt8] {
        let size = [0, 3, 32_768, 65_536].randomElement(using: &random) ?? 0
        return [UInt8](repeating: UInt8.random(in: 0...255, using: &random), count: size)
    }

    /// Applies a part of a change that is not kept.
    private static func tear(
        _ kind: Change.Kind,
        into bytes: inout [UInt8],
        using random: inout SeededGenerator
    ) {
        guard case .write(let offset, let new) = kind else { return }
        let end = offset + new.count
        func apply(_ range: Range<Int>) {
            let part = new.dropFirst(range.lowerBound - offset).prefix(range.count)
            DiskModel.apply(.write(offset: range.lowerBound, part), to: &bytes)
        }
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return
        case 1: extend(&bytes, to: end)
        case 2:
            let cut = (offset + Int.random(in: 0..<new.count, using: &random)) / 8 * 8
            apply(offset..<max(offset, cut))
        case let choice:
            let size = choice == 3 ? 512 : 4_096
            var start = offset
            while start < end {
                let next = min(end, (start / size + 1) * size)
                if Bool.random(using: &random) { apply(start..<next) }
                start = next
            }
        }
    }
}
