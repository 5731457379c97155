import Testing

@testable import Crypto

/// What the message about a key in each form says to do.
struct KeyFormRemedyTests {
    private static let kinds: [KeyProblem.Kind] = [.publicKey, .privateKey]

    @Test(arguments: KeyForm.allCases, kinds)
    func `a message ends with a command that reads the file and writes NEW, or with advice`(
        form: KeyForm,
        kind: KeyProblem.Kind
    ) {
        let message = KeyProblem.form(form, expected: kind).message(file: "key of a.pem")
        guard let command = form.command(file: "'key of a.pem'", for: kind) else {
            #expect(message.hasSuffix("; " + form.advice))
            return
        }
        #expect(message.hasSuffix("; make it with: " + command))
        #expect(command.contains("NEW"))
        // gpg exports from its own store, by the number of the key.
        #expect(command.contains(form == .pgp ? "KEYID" : "'key of a.pem'"))
    }

    @Test(arguments: [
        KeyForm.sshPublic, .ssh2Public, .jwk, .xml, .pgp, .certificateRequest,
    ])
    func `where a public key is all that can be made, a private one is made another way`(
        form: KeyForm
    ) {
        #expect(form.command(file: "FILE", for: .publicKey) != nil)
        #expect(form.command(file: "FILE", for: .privateKey) == nil)
        #expect(form.advice.contains("cashin-receiver keygen"))
    }

    @Test(arguments: [KeyForm.sshPrivate, .putty, .pkcs12, .javaKeyStore])
    func `what holds both keys has a command for each`(form: KeyForm) {
        let commands = Self.kinds.compactMap { form.command(file: "FILE", for: $0) }
        #expect(Set(commands).count == 2)
    }

    @Test(arguments: [(KeyForm.empty, "copy the key into it"), (.html, "not the page")])
    func `what holds no key has no command`(form: KeyForm, advice: String) {
        for kind in Self.kinds {
            #expect(form.command(file: "FILE", for: kind) == nil)
            #expect(form.advice.hasSuffix(advice))
        }
    }

    @Test(arguments: [
        ([0xFE, 0xED, 0xFE, 0xED, 0, 0, 0, 2], KeyForm.javaKeyStore),
        (Array("PuTTY-User-Key-File-3: ssh-rsa\nEncryption: none\n".utf8), .putty),
        (Array("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\nmQ==\n".utf8), .pgp),
        // A line of dashes alone says nothing; the next one does.
        (Array("----\n----BEGIN PUBLIC KEY-----\nMIIB\n".utf8), .dashCount),
        // Words between dashes that are no label.
        (Array("-- BEGIN of the key --\n".utf8), nil),
        (Array("--\n".utf8), nil),
    ])
    func `a form is told by how it begins`(bytes: [UInt8], form: KeyForm?) {
        #expect(KeyForm(bytes) == form)
    }
}
