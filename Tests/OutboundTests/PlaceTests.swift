import Testing

@Suite struct `Place` { @Test func `holds`() { #expect(Bool(true)) } }
