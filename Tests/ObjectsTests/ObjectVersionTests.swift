import Objects
import Testing

@Suite("Object versions")
struct ObjectVersionTests {
    @Test(arguments: [
        "", "..", "../../etc/passwd", "0b2c3d4e-0000-4000-8000-00000000000", "0b2c3d4e-0000-4000-8000-0000000000000",
        "0B2C3D4E-0000-4000-8000-000000000000", "0b2c3d4e/0000-4000-8000-000000000000",
        "0b2c3d4e-0000-4000-8000-00000000000\0", "----0000-0000-0000-0000-000000000000",
        "0b2c3d4e00000-4000-8000-000000000000", "\u{FF10}b2c3d4e-0000-4000-8000-0000000000",
    ])
    func `what is not a lower-case UUID is no version id`(text: String) {
        #expect(throws: ObjectError.self) { try ObjectVersion(bucket: "b", key: "k", version: text) }
    }

    @Test func `fresh versions are valid and differ`() throws {
        let versions = (0..<100).map { _ in ObjectVersion.fresh(bucket: "b", key: "k") }
        for version in versions {
            #expect(try ObjectVersion(bucket: "b", key: "k", version: version.version) == version)
        }
        #expect(Set(versions).count == 100)
    }

    @Test func `descriptions name no key`() throws {
        let version = ObjectVersion.fresh(bucket: "b", key: "meera-patel.pdf")
        #expect(!"\(version)".contains("meera"))
    }
}
