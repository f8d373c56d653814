import TestSupport
import Testing

@testable import Tokens

@Suite struct LeastRecentlyUsedTests {
    @Test func `the value unused for longest leaves first`() {
        var cache = LeastRecentlyUsed<String, Int>(capacity: 2)
        cache.set(1, for: "a")
        cache.set(2, for: "b")
        #expect(cache["a"] == 1)
        cache.set(3, for: "c")
        #expect(cache["b"] == nil)
        #expect(cache["a"] == 1)
        #expect(cache["c"] == 3)
        cache.set(4, for: "a")
        cache.set(5, for: "d")
        #expect(cache["c"] == nil)
        #expect(cache["a"] == 4)
    }

    @Test(arguments: [1, 2, 3, 10])
    func `it behaves like a list kept in order of use`(capacity: Int) {
        var cache = LeastRecentlyUsed<Int, Int>(capacity: capacity)
        var model: [(key: Int, value: Int)] = []
        var generator = SeededGenerator(seed: 31)
        for step in 0..<5000 {
            let key = Int.random(in: 0..<15, using: &generator)
            let index = model.firstIndex { $0.key == key }
            if Bool.random(using: &generator) {
                #expect(cache[key] == index.map { model[$0].value })
                if let index { model.append(model.remove(at: index)) }
            } else {
                cache.set(step, for: key)
                if let index { model.remove(at: index) } else if model.count == capacity { model.removeFirst() }
                model.append((key, step))
            }
            #expect(cache.count == model.count)
        }
    }
}
