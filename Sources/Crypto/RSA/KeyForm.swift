/// A form in which gateways and tools hand out keys, other than PEM, base64 and DER.
///
/// Each has been seen in the field (article Gateway). A key in such a form is refused with the
/// command that makes the accepted form, because a guess would hide which key the operator has.
package enum KeyForm: String, CaseIterable, Sendable {
    case empty = "is empty"
    case utf16 = "is UTF-16 text"
    case html = "is an HTML page"
    case sshPublic = "is an OpenSSH public key"
    case ssh2Public = "is an SSH2 public key (RFC 4716)"
    case sshPrivate = "is an OpenSSH private key"
    case putty = "is a PuTTY private key"
    case jwk = "is a JSON Web Key"
    case xml = "is an XML key of .NET"
    case pgp = "is a PGP key"
    case pkcs12 = "is a PKCS#12 file"
    case javaKeyStore = "is a Java key store"
    case certificateRequest = "is a certificate request"
    case typographicDashes = "has typographic dashes around BEGIN and END"
    case dashCount = "has not exactly five dashes on each side of BEGIN and END"
    case noBreakSpaces = "contains no-break or zero-width spaces"
    case base64URL = "is base64url"
    case base64URLInPEM = "is PEM with base64url"
    case base64OfPEM = "is base64 of a PEM block"

    /// The shell command that makes the accepted form in the file NEW; nil if there is none.
    ///
    /// - Parameters:
    ///   - file: the path of the file, quoted for a shell.
    ///   - kind: the kind of key that is expected.
    func command(file: String, for kind: KeyProblem.Kind) -> String? {
        commandForText(file) ?? (kind == .privateKey ? privateCommand(file) : publicCommand(file))
    }

    /// What to do where no command helps: the file holds no key, or a public key in place of a
    /// private one.
    var advice: String {
        switch self {
        case .empty: "copy the key into it"
        case .html: "save the key that the page shows, not the page"
        default: "make another pair with: cashin-receiver keygen --out DIR"
        }
    }

    /// For forms that hold the accepted form in another spelling.
    private func commandForText(_ file: String) -> String? {
        let wholeLine = "s/^[^A-Z]*(BEGIN|END) ([A-Z ]*[A-Z])[^A-Z]*$/-----\\1 \\2-----/"
        return switch self {
        case .utf16: "iconv -f UTF-16 -t UTF-8 \(file) > NEW"
        case .typographicDashes, .dashCount: "LC_ALL=C sed -E '\(wholeLine)' \(file) > NEW"
        case .noBreakSpaces:
            "LC_ALL=C sed 's/\\xC2\\xA0/ /g; s/\\xE2\\x80[\\x80-\\x8F]//g; s/\\xEF\\xBB\\xBF//g' "
                + "\(file) > NEW"
        case .base64URL:
            "python3 -c \"import base64;print(base64.b64encode(base64.urlsafe_b64decode("
                + "''.join(open(\(file)).read().split())+'==')).decode())\" > NEW"
        case .base64URLInPEM: "sed '/-----/!y#-_#+/#' \(file) > NEW"
        case .base64OfPEM: "tr -d '[:space:]' < \(file) | openssl base64 -d -A -out NEW"
        default: nil
        }
    }

    private func publicCommand(_ file: String) -> String? {
        switch self {
        case .sshPublic, .sshPrivate: "ssh-keygen -e -m PKCS8 -f \(file) > NEW"
        case .ssh2Public:
            "ssh-keygen -i -m RFC4716 -f \(file) > KEY && ssh-keygen -e -m PKCS8 -f KEY > NEW"
        case .putty:
            "puttygen \(file) -O public-openssh -o KEY && ssh-keygen -e -m PKCS8 -f KEY > NEW"
        case .jwk:
            Self.encoding(
                "import json,base64;k=json.load(open(\(file)))",
                number: "base64.urlsafe_b64decode(k[x]+'==')",
                names: "('n','e')"
            )
        case .xml:
            Self.encoding(
                "import re,base64;t=open(\(file)).read()",
                number: "base64.b64decode(re.search('<'+x+'[^>]*>([^<]+)',t)[1])",
                names: "('Modulus','Exponent')"
            )
        case .pgp: "gpg --export-ssh-key KEYID > KEY && ssh-keygen -e -m PKCS8 -f KEY > NEW"
        case .pkcs12:
            "openssl pkcs12 -in \(file) -nokeys -clcerts | openssl x509 -noout -pubkey > NEW"
        case .javaKeyStore:
            "keytool -exportcert -rfc -alias ALIAS -keystore \(file) | "
                + "openssl x509 -noout -pubkey > NEW"
        case .certificateRequest: "openssl req -in \(file) -noout -pubkey > NEW"
        default: nil
        }
    }

    private func privateCommand(_ file: String) -> String? {
        switch self {
        case .sshPrivate: "cp \(file) NEW && ssh-keygen -p -m PKCS8 -N '' -f NEW"
        case .putty: "puttygen \(file) -O private-openssh -o KEY && openssl pkey -in KEY -out NEW"
        case .pkcs12: "openssl pkcs12 -in \(file) -nocerts -nodes | openssl pkey -out NEW"
        case .javaKeyStore:
            "keytool -importkeystore -srckeystore \(file) -destkeystore KEY "
                + "-deststoretype PKCS12 && openssl pkcs12 -in KEY -nocerts -nodes | "
                + "openssl pkey -out NEW"
        default: nil
        }
    }

    /// A command that reads modulus and exponent with Python and encodes them with `openssl`, which
    /// has no command for the forms themselves.
    private static func encoding(_ start: String, number: String, names: String) -> String {
        "python3 -c \"\(start);print('asn1=SEQUENCE:k\\n[k]',*(x+'=INTEGER:0x'+\(number).hex() "
            + "for x in \(names)),sep='\\n')\" > KEY.cnf && openssl asn1parse -genconf KEY.cnf "
            + "-noout -out KEY && openssl rsa -RSAPublicKey_in -inform DER -in KEY -pubout -out NEW"
    }
}
