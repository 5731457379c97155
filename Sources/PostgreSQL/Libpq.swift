import Glibc

/// The functions of libpq, the client library of PostgreSQL, which is loaded at run time and need
/// not be installed.
///
/// The library is never closed: connections of other threads may use it until the process ends. The
/// documentation of each function is at <https://www.postgresql.org/docs/15/libpq.html>.
@safe struct Libpq: Sendable {
    /// A `PGconn *` or a `PGresult *`.
    typealias Handle = OpaquePointer

    typealias Text = UnsafePointer<CChar>
    typealias Texts = UnsafePointer<UnsafePointer<CChar>?>?

    /// `void (*PQnoticeReceiver)(void *arg, const PGresult *res)`.
    typealias NoticeReceiver = @convention(c) (UnsafeMutableRawPointer?, Handle?) -> Void

    typealias Finish = @Sendable @convention(c) (Handle) -> Void
    typealias Number = @Sendable @convention(c) (Handle) -> CInt
    typealias Description = @Sendable @convention(c) (Handle) -> Text?
    typealias Cell = @Sendable @convention(c) (Handle, CInt, CInt) -> CInt

    // Connections.
    let connect: @Sendable @convention(c) (Texts, Texts, CInt) -> Handle?
    let finish: Finish
    let status: Number
    let transactionStatus: Number
    let serverVersion: Number
    let serverProcess: Number
    let socket: Number
    let errorMessage: Description
    let setNonBlocking: @Sendable @convention(c) (Handle, CInt) -> CInt
    let setNoticeReceiver:
        @Sendable @convention(c) (Handle, NoticeReceiver?, UnsafeMutableRawPointer?) ->
            NoticeReceiver?

    /// `PQconninfoOption *PQconninfoParse(const char *conninfo, char **errmsg)`.
    let parse:
        @Sendable @convention(c) (
            Text, UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        ) -> UnsafeMutableRawPointer?
    let freeOptions: @Sendable @convention(c) (UnsafeMutableRawPointer) -> Void

    // Commands.
    let enterPipelineMode: Number
    let pipelineSync: Number
    let flush: Number
    let consumeInput: Number
    let isBusy: Number
    let result: @Sendable @convention(c) (Handle) -> Handle?
    let sendPrepare:
        @Sendable @convention(c) (Handle, Text, Text, CInt, UnsafePointer<CUnsignedInt>?) -> CInt
    let sendPrepared:
        @Sendable @convention(c) (
            Handle, Text, CInt, Texts, UnsafePointer<CInt>?, UnsafePointer<CInt>?, CInt
        ) -> CInt

    // Results.
    let resultStatus: Number
    let resultField: @Sendable @convention(c) (Handle, CInt) -> Text?
    let commandTag: Description
    let affectedRows: Description
    let rowCount: Number
    let columnCount: Number
    let value: @Sendable @convention(c) (Handle, CInt, CInt) -> Text?
    let length: Cell
    let isNull: Cell
    let clear: Finish

    // Notifications: a `PGnotify *`, of which only channel and payload are read.
    let notification: @Sendable @convention(c) (Handle) -> UnsafeMutableRawPointer?
    let freeMemory: @Sendable @convention(c) (UnsafeMutableRawPointer) -> Void

    /// The file name of version 5 of the library, which PostgreSQL has had since its version 8.2.
    static let libraryName = "libpq.so.5"

    /// The library of this system, loaded by its first use.
    static let installed: Result<Libpq, PostgreSQLError> = {
        do throws(PostgreSQLError) {
            return .success(try Libpq(library: libraryName))
        } catch {
            return .failure(error)
        }
    }()

    /// Loads a library; wraps `dlopen(3)` and `dlsym(3)`.
    ///
    /// - Throws: an error of kind `library` that names the package, if the library is missing, or
    ///   is no libpq with pipelines (PostgreSQL 14 and newer).
    init(library name: String) throws(PostgreSQLError) {
        guard let library = unsafe dlopen(name, RTLD_NOW | RTLD_LOCAL) else {
            throw .library("\(name) is not installed (package libpq5)")
        }
        func function<Function>(_ symbol: String) throws(PostgreSQLError) -> Function {
            guard let address = unsafe dlsym(library, symbol) else {
                throw .library(
                    "\(name) has no function \(symbol), expected that of PostgreSQL 14 or newer "
                        + "(package libpq5)"
                )
            }
            return unsafe unsafeBitCast(address, to: Function.self)
        }
        unsafe connect = unsafe try function("PQconnectdbParams")
        unsafe finish = unsafe try function("PQfinish")
        unsafe status = unsafe try function("PQstatus")
        unsafe transactionStatus = unsafe try function("PQtransactionStatus")
        unsafe serverVersion = unsafe try function("PQserverVersion")
        unsafe serverProcess = unsafe try function("PQbackendPID")
        unsafe socket = unsafe try function("PQsocket")
        unsafe errorMessage = unsafe try function("PQerrorMessage")
        unsafe setNonBlocking = unsafe try function("PQsetnonblocking")
        unsafe setNoticeReceiver = unsafe try function("PQsetNoticeReceiver")
        unsafe parse = unsafe try function("PQconninfoParse")
        unsafe freeOptions = unsafe try function("PQconninfoFree")
        unsafe enterPipelineMode = unsafe try function("PQenterPipelineMode")
        unsafe pipelineSync = unsafe try function("PQpipelineSync")
        unsafe flush = unsafe try function("PQflush")
        unsafe consumeInput = unsafe try function("PQconsumeInput")
        unsafe isBusy = unsafe try function("PQisBusy")
        unsafe result = unsafe try function("PQgetResult")
        unsafe sendPrepare = unsafe try function("PQsendPrepare")
        unsafe sendPrepared = unsafe try function("PQsendQueryPrepared")
        unsafe resultStatus = unsafe try function("PQresultStatus")
        unsafe resultField = unsafe try function("PQresultErrorField")
        unsafe commandTag = unsafe try function("PQcmdStatus")
        unsafe affectedRows = unsafe try function("PQcmdTuples")
        unsafe rowCount = unsafe try function("PQntuples")
        unsafe columnCount = unsafe try function("PQnfields")
        unsafe value = unsafe try function("PQgetvalue")
        unsafe length = unsafe try function("PQgetlength")
        unsafe isNull = unsafe try function("PQgetisnull")
        unsafe clear = unsafe try function("PQclear")
        unsafe notification = unsafe try function("PQnotifies")
        unsafe freeMemory = unsafe try function("PQfreemem")
    }

    // Values of the enumerations and macros of libpq-fe.h and postgres_ext.h that are used here.
    static let connectionIsGood: CInt = 0
    static let resultCommand: CInt = 1
    static let resultRows: CInt = 2
    static let resultSync: CInt = 10
    static let fieldSeverity = CInt(UInt8(ascii: "V"))
    static let fieldState = CInt(UInt8(ascii: "C"))
    static let fieldMessage = CInt(UInt8(ascii: "M"))
}
