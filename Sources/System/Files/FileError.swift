/// Why a file could not be read or written.
package enum FileError: Error, Equatable, Sendable, CustomStringConvertible {
    case system(SystemError)
    /// The file holds more than was allowed for.
    case tooLarge(bytesMax: Int)
    /// The path cannot be one: it is empty or holds a NUL.
    case badPath
    /// It is a directory, a pipe or a device.
    case notRegular

    package var description: String {
        switch self {
        case .system(let error): error.description
        case .tooLarge(let bytesMax): "it holds more than \(bytesMax) bytes"
        case .badPath: "the path is empty or holds a NUL"
        case .notRegular: "it is no regular file"
        }
    }
}

/// Runs `call` and turns its `SystemError` into a `FileError`.
func asFileError<Value: ~Copyable>(
    _ call: () throws(SystemError) -> Value
) throws(FileError) -> Value {
    do throws(SystemError) {
        return try call()
    } catch {
        throw .system(error)
    }
}
