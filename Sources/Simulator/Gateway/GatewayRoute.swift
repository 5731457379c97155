import HTTPCore
import Payments
import Snap

/// The route of a request.
enum GatewayRoute: Equatable {
    /// The routes of the control API, below `/simulator/`.
    enum Control: Equatable {
        case list, faults, release
        case show(Reference)
        case pay(Reference)
        case cancel(Reference)
    }

    case service(ResponseCode.Service)
    case control(Control)

    /// The path exists, but not for this method; the response is 405 with `Allow`.
    case otherMethod(allowed: String)
    case unknown

    /// The "Relative path url for signature" of the gateway's documentation.
    static func path(of service: ResponseCode.Service) -> String {
        service == .generate ? "/api/v1.0/qr/qr-mpm-generate" : "/api/v1.0/qr/qr-mpm-query"
    }

    /// Finds the route of a request.
    ///
    /// - Parameter basePath: the prefix of the services' paths; the control API has none.
    init(_ head: RequestHead, basePath: String) {
        let path = head.text(head.path)
        let (route, method) = Self.route(path, basePath: basePath)
        if route != .unknown, !head.methodIs(method) {
            self = .otherMethod(allowed: method)
        } else {
            self = route
        }
    }

    /// The route of a path, and the method that it requires.
    private static func route(_ path: String, basePath: String) -> (GatewayRoute, String) {
        for service in [ResponseCode.Service.generate, .query]
        where path == basePath + self.path(of: service) {
            return (.service(service), "POST")
        }
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        switch Array(parts) {
        case ["simulator", "transactions"]: return (.control(.list), "GET")
        case ["simulator", "faults"]: return (.control(.faults), "POST")
        case ["simulator", "release"]: return (.control(.release), "POST")
        default: break
        }
        guard parts.starts(with: ["simulator", "transactions"]),
            let reference = parts.dropFirst(2).first.flatMap(unescaped)
        else { return (.unknown, "") }
        switch Array(parts.dropFirst(3)) {
        case []: return (.control(.show(reference)), "GET")
        case ["pay"]: return (.control(.pay(reference)), "POST")
        case ["cancel"]: return (.control(.cancel(reference)), "POST")
        default: return (.unknown, "")
        }
    }

    /// Decodes a partnerReferenceNo in a path (RFC 3986 section 2.1); nil if it is invalid.
    private static func unescaped(_ text: Substring) -> Reference? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard let value = UInt8(String(Substring(rest.prefix(2))), radix: 16) else {
                return nil
            }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return Reference(bytes.span)
    }
}
