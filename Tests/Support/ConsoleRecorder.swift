package import Commands
import System
import Synchronization

/// Keeps what a command tells its user.
package final class ConsoleRecorder: Sendable {
    private let isTerminal: Bool
    private let texts = Mutex<(output: String, error: String)>(("", ""))

    package init(isTerminal: Bool = false) { self.isTerminal = isTerminal }

    package var output: String { texts.withLock { $0.output } }
    package var error: String { texts.withLock { $0.error } }

    package var console: Console {
        Console(isTerminal: isTerminal) { (stream, bytes) throws(SystemError) in
            var copy: [UInt8] = []
            for index in bytes.indices { copy.append(bytes[index]) }
            let text = String(decoding: copy, as: UTF8.self)
            self.texts.withLock { stream == .output ? ($0.output += text) : ($0.error += text) }
        }
    }
}
