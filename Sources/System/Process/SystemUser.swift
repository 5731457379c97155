import Glibc

/// A user of the system, with its primary group: passwd(5).
package struct SystemUser: Equatable, Sendable {
    package let userID: UInt32
    package let groupID: UInt32

    /// Finds the user with this name; nil if there is none. Wraps `getpwnam_r(3)`.
    package init?(named name: String) throws(SystemError) {
        var entry = unsafe passwd()
        var found: UnsafeMutablePointer<passwd>?
        var text = [CChar](repeating: 0, count: 16_384)
        let code = unsafe getpwnam_r(name, &entry, &text, text.count, &found)
        // passwd(3) lists the other codes that mean "not found".
        if [ENOENT, ESRCH, EBADF, EPERM].contains(code) { return nil }
        guard code == 0 else { throw SystemError(call: "getpwnam_r", code: code) }
        guard unsafe found != nil else { return nil }
        userID = unsafe entry.pw_uid
        groupID = unsafe entry.pw_gid
    }

    /// Whether this process runs as root. Wraps `geteuid(2)`.
    package static var isRoot: Bool { geteuid() == 0 }
}
