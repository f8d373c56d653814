internal import Gateway

/// Which addresses belong to the public internet (IANA's special-purpose address registries).
enum PublicAddress {
    /// Whether an IPv4 or IPv6 address leads neither to this machine nor into a network of its operator's, which is
    /// where metadata services of clouds and everything without a lock live. Anything that is no address is not public.
    static func isPublic(_ address: String) -> Bool {
        guard Network(address) != nil, !address.contains("/"), !address.contains("%") else { return false }
        if special.contains(where: { $0.contains(address) }) { return false }
        guard address.contains(":") else { return true }
        // Of IPv6, only this is given out as global unicast; mapped addresses were judged as what they carry.
        return globalIPv6.contains { $0.contains(address) } || isMappedIPv4(address)
    }

    /// `Network` reads `::ffff:a.b.c.d` as the IPv4 address.
    private static func isMappedIPv4(_ address: String) -> Bool { anyIPv4.contains { $0.contains(address) } }

    private static let anyIPv4 = networks(["0.0.0.0/0"])
    private static let globalIPv6 = networks(["2000::/3"])

    private static let special = networks([
        "0.0.0.0/8",  // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16",  // private
        "100.64.0.0/10",  // carriers' translation
        "127.0.0.0/8",  // loopback
        "169.254.0.0/16",  // link-local, with the clouds' metadata
        "192.0.0.0/24", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24",  // protocols, documentation
        "192.88.99.0/24",  // 6to4 relays
        "198.18.0.0/15",  // benchmarks
        "224.0.0.0/4", "240.0.0.0/4",  // multicast, reserved, broadcast
        "::/128", "::1/128", "::/96",  // none, loopback, IPv4-compatible
        "64:ff9b::/96", "64:ff9b:1::/48",  // translated IPv4
        "100::/64",  // discard
        "2001::/23", "2001:db8::/32", "3fff::/20",  // protocols (Teredo among them), documentation
        "2002::/16",  // 6to4, which carries any IPv4 address
        "fc00::/7", "fe80::/10", "fec0::/10", "ff00::/8",  // unique local, link-local, site-local, multicast
    ])

    private static func networks(_ texts: [String]) -> [Network] {
        texts.map { text in
            guard let network = Network(text) else { preconditionFailure("\(text) is no network") }
            return network
        }
    }
}
