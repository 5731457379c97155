import Text

/// Parses a curl command into the request that curl would send.
struct CurlCommand {
    private(set) var notes: [String] = []
    private(set) var callback: CapturedCallback

    private var method: String?
    private var url: String?
    private var fields: [CapturedCallback.Field] = []
    private var body: [UInt8]?

    /// The start of the first line that begins with `curl`, after blanks and `$`; nil if there is
    /// none.
    ///
    /// - Returns: the index, and the number of the line, from 1.
    static func start(in text: ArraySlice<UInt8>) -> (index: Int, line: Int)? {
        var line = 1
        var index = text.startIndex
        while index < text.endIndex {
            let rest = text[index...].drop { $0 == 0x20 || $0 == 0x09 || $0 == UInt8(ascii: "$") }
            let name = rest.prefix(4)
            let next = rest.dropFirst(4).first
            let isProgram = rest.dropFirst(4).starts(with: ".exe ".utf8)
            if name.elementsEqual("curl".utf8),
                isProgram || next.map({ [0x09, 0x20, 0x5C].contains($0) }) == true
            {
                return (rest.startIndex, line)
            }
            guard let end = text[index...].firstIndex(of: 0x0A) else { return nil }
            index = end + 1
            line += 1
        }
        return nil
    }

    /// - Parameter firstLine: the number of the line in which the command begins.
    /// - Throws: ``CaptureError`` for an unclosed quote, a missing value, or a body in a file.
    init(_ text: ArraySlice<UInt8>, firstLine: Int) throws(CaptureError) {
        callback = CapturedCallback(method: "", target: "", fields: [], body: [])
        var words: ArraySlice<[UInt8]>
        if CommandPromptWords.isOne(text) {
            words = CommandPromptWords(text).words.dropFirst()
            notes.append("The command was read as cmd.exe reads it.")
        } else {
            let shell = try ShellWords(text, firstLine: firstLine)
            notes = shell.notes
            words = shell.words.dropFirst()
        }
        var hasOptions = true
        while let word = words.popFirst() {
            let option = String(decoding: word, as: UTF8.self)
            if hasOptions, option == "--" {
                hasOptions = false
            } else if hasOptions, option.hasPrefix("--") {
                try parse(long: option, &words)
            } else if hasOptions, option.hasPrefix("-"), option.count > 1 {
                try parse(short: word.dropFirst(), &words)
            } else {
                parse(url: option)
            }
        }
        try finish()
    }

    // MARK: Options

    /// Parses `--name value`; `--name=value`, which curl does not support, is read the same way.
    private mutating func parse(
        long text: String,
        _ words: inout ArraySlice<[UInt8]>
    ) throws(CaptureError) {
        let name = String(text.prefix { $0 != "=" })
        let option = CurlOption(long: name)
        guard option.hasValue else { return pass(over: name, option) }
        if name != text {
            try apply(option, name, Array(text.utf8.dropFirst(name.utf8.count + 1)))
        } else {
            guard let value = words.popFirst() else {
                throw CaptureError("the option \(name) has no value")
            }
            try apply(option, name, value)
        }
    }

    /// Parses short options: `-X POST`, `-XPOST`, `-sSX POST`.
    private mutating func parse(
        short letters: ArraySlice<UInt8>,
        _ words: inout ArraySlice<[UInt8]>
    ) throws(CaptureError) {
        var rest = letters
        while let letter = rest.popFirst() {
            let option = CurlOption(short: letter)
            let name = "-" + String(Unicode.Scalar(letter))
            guard option.hasValue else {
                pass(over: name, option)
                continue
            }
            guard let value = rest.isEmpty ? words.popFirst() : Array(rest) else {
                throw CaptureError("the option \(name) has no value")
            }
            return try apply(option, name, value)
        }
    }

    /// Ignores an option without a value; notes it if it is unknown.
    private mutating func pass(over name: String, _ option: CurlOption) {
        guard option == .unknown else { return }
        notes.append("The option \(quoted(name)) is unknown and was skipped.")
    }

    /// Applies an option with a value to the request.
    private mutating func apply(
        _ option: CurlOption,
        _ name: String,
        _ value: [UInt8]
    ) throws(CaptureError) {
        switch option {
        case .header: try parse(header: value)
        case .data, .binaryData, .json:
            if value.first == UInt8(ascii: "@") {
                let file = quoted(String(decoding: value.dropFirst(), as: UTF8.self))
                let stripped = option == .data ? ", and curl drops its line ends" : ""
                throw CaptureError(
                    "\(name) names the file \(file), which is not read\(stripped): put the body "
                        + "itself there, or save the whole request"
                )
            }
            append(value, joined: option != .json)
        case .rawData: append(value, joined: true)
        case .method: method = String(decoding: value, as: UTF8.self)
        case .url: parse(url: String(decoding: value, as: UTF8.self))
        case .otherBody:
            throw CaptureError("\(name) makes a body that is not supported, expected --data-raw")
        case .flag, .ignored, .unknown: return
        }
    }

    /// Appends body data; curl joins several parts with `&`, except those of `--json`.
    private mutating func append(_ data: [UInt8], joined: Bool) {
        guard let body else {
            self.body = data
            return
        }
        self.body = body + (joined ? [UInt8(ascii: "&")] : []) + data
        notes.append("The body is given in several parts, which curl joins.")
    }

    /// Parses a header: `Name: value`; `Name;` sends an empty header and `Name:` none.
    private mutating func parse(header: [UInt8]) throws(CaptureError) {
        let text = String(decoding: header, as: UTF8.self)
        if header.first == UInt8(ascii: "@") {
            throw CaptureError("the headers in \(quoted(text)) are not read, expected them inline")
        }
        guard let colon = header.firstIndex(of: UInt8(ascii: ":")) else {
            if header.last == UInt8(ascii: ";") {
                fields.append(CapturedCallback.Field(name: String(text.dropLast()), value: []))
            } else {
                notes.append("\(quoted(text)) is not a header: curl does not send it.")
            }
            return
        }
        let name = String(decoding: header[..<colon], as: UTF8.self)
        let value = header[(colon + 1)...].trimmingBlanks()
        if value.isEmpty {
            notes.append("The header \(quoted(name)) has no value: curl does not send it.")
        } else {
            if name.contains(where: { $0 == " " || $0 == "\t" }) {
                notes.append(
                    "The name \(quoted(name)) contains a blank: a server rejects such a request."
                )
            }
            fields.append(CapturedCallback.Field(name: name, value: value))
        }
    }

    /// Sets the URL; further operands are ignored with a note.
    private mutating func parse(url text: String) {
        if url == nil {
            url = text
        } else {
            notes.append("\(quoted(text)) belongs to no option and was skipped.")
        }
    }

    // MARK: The request

    /// Builds the request: curl's default method, and Host from the URL unless it is given.
    private mutating func finish() throws(CaptureError) {
        guard let url else { throw CaptureError("the curl command has no URL") }
        let whole = String(url.prefix { $0 != "#" })
        let location = SignedPath(whole.contains("://") ? whole : "http://" + whole)
        let path = location.path.isEmpty ? "/" : location.path
        callback = CapturedCallback(
            method: method ?? (body == nil ? "GET" : "POST"),
            target: path + (location.query.map { "?" + $0 } ?? ""),
            fields: fields,
            body: body ?? []
        )
        if callback.values(of: "Host").isEmpty, let authority = location.authority {
            let host = CapturedCallback.Field(name: "Host", value: Array(authority.utf8))
            callback.fields.insert(host, at: 0)
        }
    }
}
