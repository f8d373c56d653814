import Core
import HTTPTypes
import HummingbirdCore
import Synchronization
import Tokens

@testable import Gateway

/// A service whose routes a test makes up.
struct TestSurface: Surface {
    var name = "test"
    var routes = RouteTable()
    var exposedHeaders: [String] = []
    var allowsBrowserCredentials = false
    var requirement: KeyRequirement = .none
    var crossOriginRules: CrossOriginRules?
    var readsQueryItself = false
    var directLane: (any DirectLane)?

    func keyRequirement(method: HTTPRequest.Method, path: String) -> KeyRequirement { requirement }

    func render(_ error: any Error, for request: GatewayRequest) -> RenderedError {
        switch error {
        case RoutingError.notFound: RenderedError(.text("not found", status: .notFound))
        case RoutingError.methodNotAllowed: RenderedError(.text("not allowed", status: .methodNotAllowed))
        case RoutingError.badPath: RenderedError(.text("bad path", status: .badRequest))
        case BodyError.tooLarge: RenderedError(.text("too large", status: .contentTooLarge))
        case BodyError.cutShort: RenderedError(.text("cut short", status: .badRequest))
        case BodyError.notJSON: RenderedError(.text("not JSON", status: .badRequest))
        default: RenderedError(.text("failed", status: .internalServerError), cause: "\(type(of: error))")
        }
    }

    /// The same surface with one more route.
    func on(_ method: HTTPRequest.Method, _ template: String, _ handler: @escaping Handler) -> TestSurface {
        var copy = self
        copy.routes.on(method, template, handler)
        return copy
    }
}

/// Keeps what it observes; a test can wait for the next of a kind.
final class RecordingObserver: Observer {
    private let seen = Mutex<[Observation]>([])
    let stream: AsyncStream<Observation>
    private let continuation: AsyncStream<Observation>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream() }

    func observe(_ observation: Observation) {
        seen.withLock { $0.append(observation) }
        continuation.yield(observation)
    }

    /// Waits until a client was disconnected that took nothing.
    func disconnection() async {
        for await observation in stream { if case .clientStalled = observation { return } }
    }

    var all: [Observation] { seen.withLock { $0 } }

    var finished: [RequestSummary] {
        all.compactMap { if case .requestFinished(let summary) = $0 { summary } else { nil } }
    }

    var failures: [String] {
        all.compactMap { if case .requestFailed(_, _, let cause) = $0 { cause } else { nil } }
    }
}

struct FixedClock: WallClock {
    var time = Timestamp(seconds: 784_111_777)
    func now() -> Timestamp { time }
}

/// Real keys, one of each kind.
struct TestKeys: KeyRecognizer {
    let publishable: String
    let secret: String
    let legacyAnon: String
    let legacyService: String
    /// A token of a user, which is no key.
    let userToken: String
    private let ring: KeyRing
    private let clock = FixedClock()

    init() throws {
        let keys = try TokenKeySet(secret: Secret("a test secret that is long enough for HS256"))
        let issuer = try TokenIssuer(keys: keys)
        publishable = OpaqueKey.generate(.anon).reveal()
        secret = OpaqueKey.generate(.service).reveal()
        legacyAnon = try APIKeys.legacy(.anon, issuer: issuer, now: clock.now()).reveal()
        legacyService = try APIKeys.legacy(.service, issuer: issuer, now: clock.now()).reveal()
        userToken = try issuer.sign(claims: ["sub": "u", "role": "authenticated", "exp": 800_000_000])
        ring = KeyRing(
            entries: [
                KeyRing.Entry(name: "default", group: .anon, key: Secret(publishable)),
                KeyRing.Entry(name: "default", group: .service, key: Secret(secret)),
            ], verifier: TokenVerifier(keys: keys))
    }

    func recognize(_ presented: String) -> PresentedKey? { ring.classify(presented, now: clock.now()) }
}
