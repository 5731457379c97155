/// The warnings and notices that the server has sent to one connection; the newest are left out
/// when too many are waiting.
final class NoticeList {
    private var notices: [PostgreSQLConnection.Notice] = []

    private static let countMax = 100

    func removeAll() -> [PostgreSQLConnection.Notice] {
        defer { notices = [] }
        return notices
    }

    /// libpq calls it inside of a function of the connection that owns the list.
    static let receive: Libpq.NoticeReceiver = { list, notice in
        guard let list = unsafe list, let notice = unsafe notice,
            let library = try? Libpq.installed.get()
        else { return }
        func field(_ code: CInt) -> String {
            unsafe library.resultField(notice, code).map { unsafe String(cString: $0) } ?? ""
        }
        let notices = unsafe Unmanaged<NoticeList>.fromOpaque(list).takeUnretainedValue()
        guard notices.notices.count < countMax else { return }
        notices.notices.append(
            PostgreSQLConnection.Notice(
                severity: field(Libpq.fieldSeverity),
                code: field(Libpq.fieldState),
                message: field(Libpq.fieldMessage)
            )
        )
    }
}
