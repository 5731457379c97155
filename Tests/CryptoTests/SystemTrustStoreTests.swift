import Crypto
import Glibc
import Support
import Testing

/// Where OpenSSL looks for trusted certificates.
struct SystemTrustStoreTests {
    @Test func `there is a default file and a default directory`() {
        #expect(!SystemTrustStore.file.isEmpty)
        #expect(!SystemTrustStore.directories.isEmpty)
        #expect(!SystemTrustStore.directories.contains { $0.isEmpty })
    }

    @Test func `the environment names another file and other directories`() async {
        await #expect(processExitsWith: .success) {
            setenv("SSL_CERT_FILE", Fixture.directory + "key-certificate.pem", 1)
            setenv("SSL_CERT_DIR", "/one:/two", 1)
            try #require(SystemTrustStore.file == Fixture.directory + "key-certificate.pem")
            try #require(SystemTrustStore.directories == ["/one", "/two"])
            try #require(SystemTrustStore.certificateCountOfFile() == 1)
            setenv("SSL_CERT_FILE", "/none", 1)
            try #require(SystemTrustStore.certificateCountOfFile() == 0)
        }
    }

    @Test func `an empty variable is as good as none`() async {
        await #expect(processExitsWith: .success) {
            unsetenv("SSL_CERT_FILE")
            let file = SystemTrustStore.file
            setenv("SSL_CERT_FILE", "", 1)
            try #require(SystemTrustStore.file == file)
        }
    }
}
