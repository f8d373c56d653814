import TestSupport
import Testing

@testable import Gateway

@Suite struct `Networks` {
    @Test(arguments: [
        ("10.0.0.0/8", "10.255.255.255", true), ("10.0.0.0/8", "11.0.0.0", false),
        ("10.1.2.3/8", "10.9.9.9", true), ("192.0.2.128/25", "192.0.2.127", false),
        ("192.0.2.128/25", "192.0.2.128", true), ("192.0.2.1", "192.0.2.1", true), ("192.0.2.1", "192.0.2.2", false),
        ("192.0.2.1/32", "192.0.2.1", true), ("0.0.0.0/0", "255.1.2.3", true), ("0.0.0.0/0", "::1", false),
        ("::/0", "2001:db8::1", true), ("::/0", "10.0.0.1", false), ("2001:db8::/32", "2001:db8:ffff::1", true),
        ("2001:db8::/32", "2001:db9::1", false), ("fe80::/10", "fe80::1%eth0", true), ("::1", "::1", true),
        ("::1", "0:0:0:0:0:0:0:1", true), ("10.0.0.0/8", "::ffff:10.1.2.3", true),
        ("::ffff:10.0.0.1", "10.0.0.1", true),
        ("10.0.0.0/8", "10.0.0", false), ("10.0.0.0/8", "", false), ("10.0.0.0/8", "10.0.0.1:80", false),
    ])
    func `an address lies in a range or not`(network: String, address: String, contained: Bool) throws {
        #expect(try #require(Network(network)).contains(address) == contained)
    }

    @Test(
        arguments: [
            ("192.0.2.1", "192.0.2.1"), ("192.0.2.1:443", "192.0.2.1"), ("[2001:db8::1]:443", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"), ("2001:db8::1", "2001:db8::1"), ("unknown", nil), ("", nil),
            ("[::1", nil),
            ("300.0.0.1:80", nil), (":80", nil),
        ] as [(String, String?)])
    func `a hop is an address, maybe with a port`(hop: String, address: String?) {
        #expect(Network.address(hop) == address)
    }

    @Test(arguments: [
        "", "/", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8", "10.0.0.0/8/8", "10.0.0", "10.0.0.0.0",
        "256.0.0.1",
        "10.0.0.x", "10..0.1", "0010.0.0.1", " 10.0.0.1", "::1/129", ":", ":::", "1::2::3", "1:2:3:4:5:6:7",
        "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::", "12345::", "g::", "+1::", "::-1", ":1::", "1:", "::ffff:10.0.0",
        "1:2:3:4:5:6:7:10.0.0.1", "localhost",
    ])
    func `what is no address range is refused`(text: String) {
        #expect(Network(text) == nil)
    }

    @Test(arguments: 0..<100)
    func `an address lies in every range cut from it`(seed: Int) throws {
        var generator = SeededGenerator(seed: UInt64(seed))
        let groups = (0..<8).map { _ in
            Bool.random(using: &generator) ? 0 : UInt16.random(in: 0...UInt16.max, using: &generator)
        }
        let address = groups.map { String($0, radix: 16) }.joined(separator: ":")
        for length in 0...128 {
            let network = try #require(Network("\(address)/\(length)"))
            #expect(network.contains(address))
            guard length > 0 else { continue }
            var other = groups
            other[(length - 1) / 16] ^= 1 << UInt16(15 - (length - 1) % 16)
            #expect(!network.contains(other.map { String($0, radix: 16) }.joined(separator: ":")))
        }
    }
}
