// swift-tools-version: 6.2
import PackageDescription

/// The house rules every target is built with; docs/ARCHITECTURE.md says why.
let house: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
]

let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let lifecycle = Target.Dependency.product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let fileSystem = Target.Dependency.product(name: "_NIOFileSystem", package: "swift-nio")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let asyncHTTPClient = Target.Dependency.product(name: "AsyncHTTPClient", package: "async-http-client")
let subprocess = Target.Dependency.product(name: "Subprocess", package: "swift-subprocess")

/// One floor a line, lowest first. A target lists only what design.md lets it import; TidyTests reads the
/// sources and holds them to it.
let floors: [Target] = [
    .systemLibrary(
        name: "CLibPQ", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
    .systemLibrary(
        name: "COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
    .systemLibrary(
        name: "CLibCrypt", pkgConfig: "libcrypt", providers: [.apt(["libcrypt-dev"])]),
    .systemLibrary(
        name: "CLibArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
    .systemLibrary(
        name: "CQRCode", pkgConfig: "libqrencode", providers: [.apt(["libqrencode-dev"])]),

    .target(name: "Core", swiftSettings: house),
    .target(name: "Schema", resources: [.embedInCode("sql")], swiftSettings: house),
    .target(name: "QRCode", dependencies: ["CQRCode"], swiftSettings: house),

    .target(
        name: "Cryptography", dependencies: ["Core", "COpenSSL", "CLibCrypt", "CLibArgon2", nioPosix],
        swiftSettings: house),
    .target(
        name: "Postgres",
        dependencies: [
            "Core", "CLibPQ", lifecycle, .product(name: "DequeModule", package: "swift-collections"),
        ], swiftSettings: house),

    .target(name: "Tokens", dependencies: ["Core", "Cryptography"], swiftSettings: house),
    .target(
        name: "Objects", dependencies: ["Core", "Cryptography", nioCore, nioPosix, fileSystem],
        swiftSettings: house),
    .target(name: "Jobs", dependencies: ["Core", "Postgres", lifecycle], swiftSettings: house),

    .target(
        name: "Gateway",
        dependencies: [
            "Core", "Tokens", "Cryptography", httpTypes, hummingbirdCore, nioCore, nioHTTP1, nioPosix, logging,
            lifecycle, .product(name: "HummingbirdTLS", package: "hummingbird"),
            .product(name: "HummingbirdHTTP2", package: "hummingbird"),
            .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: house),
    .target(name: "Insights", dependencies: ["Core", "Cryptography", subprocess], swiftSettings: house),

    .target(
        name: "Auth",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Gateway", "QRCode", httpTypes, hummingbirdCore, nioCore,
        ],
        swiftSettings: house),
    .target(
        name: "Outbound",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Gateway", "Auth", asyncHTTPClient, httpTypes, hummingbirdCore, nioCore,
            nioPosix, nioHTTP1, fileSystem, subprocess,
        ], swiftSettings: house),
    .target(
        name: "Rest",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Gateway", httpTypes, hummingbirdCore, nioCore, lifecycle,
        ], swiftSettings: house),
    .target(
        name: "Storage",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Objects", "Gateway", httpTypes, hummingbirdCore, nioCore,
        ], swiftSettings: house),
    .target(
        name: "Cases",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Objects", "Jobs", "Gateway", "Insights", httpTypes,
            hummingbirdCore, nioCore,
        ], swiftSettings: house),

    .target(
        name: "Server",
        dependencies: [
            "Core", "Schema", "Cryptography", "Tokens", "Postgres", "Objects", "Jobs", "Gateway", "Insights", "Auth",
            "Outbound", "Rest", "Storage", "Cases", lifecycle, logging, subprocess, nioCore, nioPosix, httpTypes,
            hummingbirdCore,
            .product(name: "SystemPackage", package: "swift-system"),
            .product(name: "UnixSignals", package: "swift-service-lifecycle"),
        ], swiftSettings: house),

    .executableTarget(
        name: "medmitra",
        dependencies: [
            "Server", "Core", logging, .product(name: "ArgumentParser", package: "swift-argument-parser"),
        ], swiftSettings: house),
]

/// Tests, one target a module; the ones without a module test the house, the policies and the running binary.
let tests: [Target] = [
    .target(
        name: "TestSupport", dependencies: ["Core", "Cryptography", "Postgres", "Schema"], path: "Tests/TestSupport",
        swiftSettings: house),
    .testTarget(name: "CoreTests", dependencies: ["Core", "TestSupport"], swiftSettings: house),
    .testTarget(name: "SchemaTests", dependencies: ["Schema"], swiftSettings: house),
    .testTarget(
        name: "CryptographyTests", dependencies: ["Core", "Cryptography", "TestSupport"], swiftSettings: house),
    .testTarget(
        name: "TokensTests", dependencies: ["Core", "Cryptography", "Tokens", "TestSupport"], swiftSettings: house),
    .testTarget(
        name: "PostgresTests", dependencies: ["Core", "Postgres", "TestSupport"], swiftSettings: house),
    .testTarget(
        name: "ObjectsTests", dependencies: ["Core", "Cryptography", "Objects", "TestSupport", nioCore, fileSystem],
        swiftSettings: house),
    .testTarget(
        name: "JobsTests", dependencies: ["Core", "Cryptography", "Postgres", "Jobs", "TestSupport", lifecycle],
        swiftSettings: house),
    .testTarget(name: "InsightsTests", dependencies: ["Core", "Insights", subprocess], swiftSettings: house),
    .testTarget(
        name: "GatewayTests",
        dependencies: [
            "Core", "Tokens", "Cryptography", "Gateway", "TestSupport", httpTypes, hummingbirdCore, nioCore, nioPosix,
            logging, lifecycle, .product(name: "NIOSSL", package: "swift-nio-ssl"),
        ], swiftSettings: house),
    .testTarget(
        name: "AuthTests",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Gateway", "QRCode", "Auth", "TestSupport", httpTypes,
            hummingbirdCore, nioCore,
        ], swiftSettings: house),
    .testTarget(
        name: "OutboundTests",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Gateway", "Auth", "Outbound", "TestSupport", httpTypes, hummingbirdCore,
            nioCore,
            nioPosix,
            nioHTTP1,
        ], swiftSettings: house),
    .testTarget(
        name: "StorageTests",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Objects", "Gateway", "Storage", "TestSupport", httpTypes,
            hummingbirdCore, nioCore,
        ], swiftSettings: house),
    .testTarget(
        name: "RestTests",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Gateway", "Rest", "TestSupport", httpTypes,
            hummingbirdCore, nioCore, nioPosix, lifecycle, logging,
        ], exclude: ["Fixtures"], swiftSettings: house),
    .testTarget(
        name: "CasesTests",
        dependencies: [
            "Core", "Cryptography", "Tokens", "Postgres", "Objects", "Jobs", "Gateway", "Insights", "Cases",
            "TestSupport", httpTypes, hummingbirdCore, nioCore,
        ], swiftSettings: house),
    .testTarget(
        name: "ServerTests",
        dependencies: [
            "Auth", "Core", "Gateway", "Server", "TestSupport", logging,
            .product(name: "SystemPackage", package: "swift-system"),
        ], swiftSettings: house),
    .testTarget(name: "PolicyTests", dependencies: ["Core", "Postgres", "TestSupport"], swiftSettings: house),
    .testTarget(name: "TidyTests", swiftSettings: house),
]

let package = Package(
    name: "medmitra",
    platforms: [.macOS(.v26)],
    products: [.executable(name: "medmitra", targets: ["medmitra"])],
    dependencies: [
        .package(url: "https://github.com/hummingbird-project/hummingbird.git", from: "2.28.1", traits: []),
        .package(url: "https://github.com/apple/swift-nio.git", from: "2.101.0"),
        .package(url: "https://github.com/apple/swift-nio-ssl.git", from: "2.37.0"),
        .package(url: "https://github.com/apple/swift-http-types.git", from: "1.8.0", traits: []),
        .package(url: "https://github.com/apple/swift-log.git", from: "1.14.0"),
        .package(url: "https://github.com/apple/swift-collections.git", from: "1.6.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle.git", from: "2.11.0"),
        .package(url: "https://github.com/apple/swift-argument-parser.git", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-system.git", from: "1.8.0"),
        .package(url: "https://github.com/swift-server/async-http-client.git", from: "1.37.0", traits: []),
        .package(url: "https://github.com/swiftlang/swift-subprocess.git", from: "1.0.0", traits: []),
    ],
    targets: floors + tests
)
