import TestSupport

extension Array where Element == UInt8 {
    static func random(count: Int, from alphabet: [UInt8], using generator: inout SeededGenerator) -> [UInt8] {
        (0..<count).map { _ in alphabet.randomElement(using: &generator) ?? 0 }
    }
}
