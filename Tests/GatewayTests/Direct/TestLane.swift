import HTTPTypes
import NIOCore
import Synchronization

@testable import Gateway

/// A lane that does what a test says, and counts who enters.
final class TestLane: DirectLane {
    typealias Begin = @Sendable (DirectRequest, @escaping @Sendable (DirectOutcome) -> Void) -> DirectWork?

    let vary = "Accept"
    let keyRequirement: KeyRequirement
    private let begin: Begin
    private let onCallerFreed: @Sendable () -> Void
    private let entered = Mutex(0)

    init(
        keyRequirement: KeyRequirement = .none, onCallerFreed: @escaping @Sendable () -> Void = {},
        _ begin: @escaping Begin
    ) {
        self.keyRequirement = keyRequirement
        self.onCallerFreed = onCallerFreed
        self.begin = begin
    }

    var entries: Int { entered.withLock { $0 } }

    func enter(_ headers: HTTPFields, authority: String?, _ credentials: Credentials) -> (any DirectCaller)? {
        entered.withLock { $0 += 1 }
        return Caller(begin, onCallerFreed)
    }

    private final class Caller: DirectCaller {
        let begin: Begin
        let onFreed: @Sendable () -> Void

        init(_ begin: @escaping Begin, _ onFreed: @escaping @Sendable () -> Void) {
            self.begin = begin
            self.onFreed = onFreed
        }

        deinit { onFreed() }

        func begin(
            _ request: DirectRequest, completion: @escaping @Sendable (DirectOutcome) -> Void
        ) -> DirectWork? { begin(request, completion) }
    }

    /// Answers everything with its method, path, query and body.
    static func echo(route: String = "/echo") -> TestLane {
        TestLane { request, completion in
            completion(.answer(.text(TestLane.described(request))))
            return DirectWork(route: route) {}
        }
    }

    static func described(_ request: DirectRequest) -> String {
        "direct \(request.method.rawValue) \(request.path) \(request.query) \(String(decoding: request.body, as: UTF8.self))"
    }
}

extension DirectAnswer {
    static func text(_ text: String) -> DirectAnswer {
        DirectAnswer(status: .ok, headers: [.contentType: "text/plain"], body: ByteBuffer(string: text))
    }
}
