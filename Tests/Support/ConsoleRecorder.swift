package import Commands
import System
import Synchronization

/// Keeps what a command tells its user.
package final class ConsoleRecorder: Sendable {
    private let isTerminal: Bool
    private let isUTF8: Bool
    private let texts = Mutex<(output: String, error: String)>(("", ""))

    package init(isTerminal: Bool = false, isUTF8: Bool = true) {
        self.isTerminal = isTerminal
        self.isUTF8 = isUTF8
    }

    package var output: String { texts.withLock { $0.output } }
    package var error: String { texts.withLock { $0.error } }

    package var console: Console {
        Console(isTerminal: isTerminal, isUTF8: isUTF8) { (stream, bytes) throws(SystemError) in
            var copy: [UInt8] = []
            for index in bytes.indices { copy.append(bytes[index]) }
            let text = String(decoding: copy, as: UTF8.self)
            self.texts.withLock { stream == .output ? ($0.output += text) : ($0.error += text) }
        }
    }
}
