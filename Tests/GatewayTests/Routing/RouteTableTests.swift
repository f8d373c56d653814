import HTTPTypes
import HummingbirdCore
import TestSupport
import Testing

@testable import Gateway

@Suite struct `Route table` {
    private static let table: RouteTable = {
        var table = RouteTable()
        // The order of these lines must not matter.
        table.on(.get, "/object/:bucket/*key") { _ in .empty(.ok) }
        table.on(.delete, "/object/:bucket") { _ in .empty(.ok) }
        table.on(.get, "/object/public/:bucket/*key") { _ in .empty(.ok) }
        table.on(.post, "/object/list/:bucket") { _ in .empty(.ok) }
        table.on(.get, "/object/:bucket") { _ in .empty(.ok) }
        table.on(.get, "/*all") { _ in .empty(.ok) }
        table.on(.get, "/object/public/:bucket/info") { _ in .empty(.ok) }
        table.on(.put, "/bucket/:id") { _ in .empty(.ok) }
        table.on(.post, "/") { _ in .empty(.ok) }
        return table
    }()

    @Test(
        arguments: [
            (HTTPRequest.Method.get, "/object/b/k", "/object/:bucket/*key", ["bucket": "b", "key": "k"]),
            (.get, "/object/b/a/b//c/", "/object/:bucket/*key", ["bucket": "b", "key": "a/b//c/"]),
            (.get, "/object/b/a%2Fb", "/object/:bucket/*key", ["bucket": "b", "key": "a/b"]),
            (.get, "/object/a%2Fb/k", "/object/:bucket/*key", ["bucket": "a/b", "key": "k"]),
            (.get, "/object/b/a%252Fb", "/object/:bucket/*key", ["bucket": "b", "key": "a%2Fb"]),
            (.get, "/object/b/a+b%20c", "/object/:bucket/*key", ["bucket": "b", "key": "a+b c"]),
            (.get, "/object/public/b/k/info", "/object/public/:bucket/*key", ["bucket": "b", "key": "k/info"]),
            (.get, "/object/public/b/info", "/object/public/:bucket/info", ["bucket": "b"]),
            (.get, "/object/public/b", "/object/:bucket/*key", ["bucket": "public", "key": "b"]),
            (.get, "/object/public", "/object/:bucket", ["bucket": "public"]),
            (.get, "/object/%70ublic/b/k", "/object/:bucket/*key", ["bucket": "public", "key": "b/k"]),
            (.get, "/object/list/b", "/object/:bucket/*key", ["bucket": "list", "key": "b"]),
            (.post, "/object/list/b", "/object/list/:bucket", ["bucket": "b"]),
            (.delete, "/object/b", "/object/:bucket", ["bucket": "b"]),
            (.get, "/object/b/", "/*all", ["all": "object/b/"]),
            (.get, "/object//k", "/*all", ["all": "object//k"]),
            (.get, "/Object/b", "/*all", ["all": "Object/b"]),
            (.get, "/%C3%A4", "/*all", ["all": "\u{E4}"]),
            (.post, "/", "/", [:]),
        ] as [(HTTPRequest.Method, String, String, [String: String])])
    func `a path goes to the most literal template`(
        method: HTTPRequest.Method, path: String, template: String, parameters: [String: String]
    ) throws {
        let match = try Self.table.match(method, path)
        #expect(match.route.template == template)
        #expect(match.parameters == parameters)
    }

    @Test(
        arguments: [
            (HTTPRequest.Method.post, "/object/b/k", RoutingError.methodNotAllowed(allowed: [.get])),
            (.patch, "/object/b", .methodNotAllowed(allowed: [.delete, .get])),
            (.get, "/", .methodNotAllowed(allowed: [.post])),
            (.get, "/object/b/%zz", .badPath),
            (.get, "/object/b/%C3%28", .badPath),
            (.get, "/object/b/a%00b", .badPath),
        ] as [(HTTPRequest.Method, String, RoutingError)])
    func `a path that no route takes says why`(method: HTTPRequest.Method, path: String, error: RoutingError) {
        #expect(throws: error) { try Self.table.match(method, path) }
    }

    @Test func `a path of no template is not found, whatever its method`() {
        var table = RouteTable()
        table.on(.get, "/a/:b") { _ in .empty(.ok) }
        table.on(.post, "/a/:b") { _ in .empty(.ok) }
        for path in ["/", "/a", "/a/", "/a/b/", "/a/b/c", "//a/b", "/a//b", "a"] {
            #expect(throws: RoutingError.notFound, "\(path)") { try table.match(.get, path) }
        }
        #expect(throws: RoutingError.methodNotAllowed(allowed: [.get, .post])) { try table.match(.put, "/a/b") }
    }

    @Test(arguments: 0..<50)
    func `precedence does not depend on the order of registration`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        var shuffled = RouteTable()
        for (method, template) in Self.table.templates.shuffled(using: &generator) {
            shuffled.on(method, template) { _ in .empty(.ok) }
        }
        let words = ["object", "public", "list", "b", "k", "info", "", "bucket"]
        for _ in 0..<50 {
            let count = Int.random(in: 1...5, using: &generator)
            let path = (0..<count).map { _ in "/" + (words.randomElement(using: &generator) ?? "") }.joined()
            for method in [HTTPRequest.Method.get, .post, .delete, .put] {
                let expected = Result { try Self.table.match(method, path).route.template }
                let actual = Result { try shuffled.match(method, path).route.template }
                switch (expected, actual) {
                case (.success(let one), .success(let other)): #expect(one == other, "\(method) \(path)")
                case (.failure, .failure): break
                default: Issue.record("\(method) \(path): \(expected) or \(actual)")
                }
            }
        }
    }
}
