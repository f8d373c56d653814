import Testing

@testable import Outbound

@Suite struct `Addresses that others may send us to` {
    @Test(arguments: [
        "93.184.216.34", "8.8.8.8", "1.1.1.1", "172.15.255.255", "172.32.0.1", "100.63.255.255", "100.128.0.1",
        "192.0.1.1", "198.17.0.1", "223.255.255.255", "2606:4700::1111", "2a00:1450:4001:80f::200e", "::ffff:8.8.8.8",
    ])
    func `are public`(address: String) { #expect(PublicAddress.isPublic(address)) }

    @Test(arguments: [
        "127.0.0.1", "127.255.255.255", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1",
        "169.254.169.254", "100.64.0.1", "100.127.255.255", "192.0.0.170", "192.0.2.1", "198.18.0.1", "198.19.255.255",
        "198.51.100.1", "203.0.113.1", "192.88.99.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
        "::",
        "::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "::ffff:169.254.169.254", "::127.0.0.1", "::7f00:1",
        "64:ff9b::7f00:1",
        "64:ff9b::127.0.0.1", "64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1",
        "fd00:ec2::254", "fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1", "", "localhost", "8.8.8.8/32",
        "8.8.8", "0x7f.0.0.1", "2130706433",
    ])
    func `are not`(address: String) { #expect(!PublicAddress.isPublic(address)) }
}

@Suite struct `URLs of other servers` {
    @Test(arguments: [
        ("https://Example.ORG/Path?Q", "example.org", "https://example.org/Path?Q"),
        ("HTTPS://example.org", "example.org", "https://example.org"),
        ("http://localhost:3000", "localhost", "http://localhost:3000"),
        ("https://[2606:4700::1111]:8443/x", "2606:4700::1111", "https://[2606:4700::1111]:8443/x"),
        ("https://x.test#f", "x.test", "https://x.test#f"),
    ])
    func `are taken apart`(text: String, host: String, normal: String) {
        let url = WebURL(text)
        #expect(url?.host == host && url?.text == normal)
    }

    @Test(arguments: [
        "ftp://x.test/", "x.test", "https://", "https:///x", "https://user@x.test/", "https://x.test:0/",
        "https://x.test:x/",
        "https://x.test:65536/", "https://x.test\\@y.test/", "https://x test/", "https://x.test/\r\nX: y",
        "https://xn%2e/",
        "https://[::1/", "https://[::1]x/", "https://[fe80::1%25eth0]/", "https://ü.test/", "https://-x/",
        "https://a_b/",
        "file:///etc/passwd",
    ])
    func `are refused`(text: String) { #expect(WebURL(text) == nil) }

    @Test(arguments: [
        ("8.8.8.8", true), ("127.0.0.1", true), ("0177.0.0.1", false), ("127.1", false), ("2130706433", false),
        ("0x7f000001", false), ("x.test", false), ("256.1.1.1", false), ("1.2.3.4.", false),
    ])
    func `name an address only where it is written as one`(host: String, isAddress: Bool) {
        #expect(WebURL("https://\(host)/")?.isAddress == isAddress)
    }
}
