extension QueryReader {
    /// Runs `rule`; if it fails, as though it had taken nothing.
    mutating func attempt<Value>(_ rule: Rule<Value>) throws(SyntaxStop) -> Value {
        let start = position
        let outer = pending
        let level = depth
        do throws(SyntaxStop) { return try rule(&self) } catch {
            if explains, position != start { failure = .merge(outer, failure) }
            position = start
            depth = level
            throw error
        }
    }

    /// `first`, or `second` if that failed without taking anything.
    mutating func either<Value>(_ first: Rule<Value>, or second: Rule<Value>) throws(SyntaxStop) -> Value {
        let start = position
        do throws(SyntaxStop) { return try first(&self) } catch {
            guard position == start else { throw error }
            pending = failure
            return try second(&self)
        }
    }

    /// Nil if `rule` failed without taking anything.
    mutating func optional<Value>(_ rule: Rule<Value>) throws(SyntaxStop) -> Value? {
        let start = position
        do throws(SyntaxStop) { return try rule(&self) } catch {
            guard position == start else { throw error }
            pending = failure
            return nil
        }
    }

    /// What `rule` reads, or nil, having taken nothing.
    mutating func tried<Value>(_ rule: Rule<Value>) -> Value? {
        do throws(SyntaxStop) { return try attempt(rule) } catch {
            pending = failure
            return nil
        }
    }

    /// Whether `rule` fits; takes nothing if it does not.
    mutating func has(_ rule: Rule<Void>) -> Bool { tried(rule) != nil }

    /// Whether `word` stands here; takes it if so.
    mutating func has(word: String) -> Bool {
        guard explains else {
            guard countMatching(word) == word.utf8.count else { return false }
            position += word.utf8.count
            return true
        }
        return has { (reader) throws(SyntaxStop) in try reader.take(word: word) }
    }

    /// Whether `word` stands here; takes nothing.
    mutating func hasAhead(word: String) -> Bool {
        guard explains else { return countMatching(word) == word.utf8.count }
        return has { (reader) throws(SyntaxStop) in
            try reader.ahead { (reader) throws(SyntaxStop) in try reader.take(word: word) }
        }
    }

    /// `rule` as often as it takes something.
    mutating func many<Value>(_ rule: Rule<Value>) throws(SyntaxStop) -> [Value] {
        let outer = pending
        var values: [Value] = []
        while true {
            let start = position
            if explains { pending = .unknown(at: position) }
            do throws(SyntaxStop) {
                let value = try rule(&self)
                precondition(position > start, "a repeated rule took nothing")
                values.append(value)
            } catch {
                guard position == start else { throw error }
                pending = values.isEmpty && explains ? .merge(outer, failure) : failure
                return values
            }
        }
    }

    /// One or more, with `separator` between.
    mutating func separated<Value>(
        _ rule: Rule<Value>, by separator: Rule<Void>
    ) throws(SyntaxStop) -> [Value] {
        let first = try rule(&self)
        return [first]
            + (try many { (reader) throws(SyntaxStop) in
                try separator(&reader)
                return try rule(&reader)
            })
    }

    /// Complaints about `rule` as a whole name it `name`.
    mutating func named<Value>(_ name: String, _ rule: Rule<Value>) throws(SyntaxStop) -> Value {
        guard explains else { return try rule(&self) }
        let start = position
        let outer = pending
        pending = .unknown(at: position)
        do throws(SyntaxStop) {
            let value = try rule(&self)
            if position == start {
                if !pending.messages.isEmpty { pending.relabel(name) }
                pending = .merge(outer, pending)
            }
            return value
        } catch {
            if position == start {
                failure.relabel(name)
                failure = .merge(outer, failure)
            }
            throw error
        }
    }

    /// Whether `rule` would succeed; takes nothing when it does.
    mutating func ahead(_ rule: Rule<Void>) throws(SyntaxStop) {
        let start = position
        let outer = pending
        try rule(&self)
        position = start
        pending = outer
    }

    /// Fails if the next character is one that `refuses`.
    mutating func notFollowed(
        by expected: Expectation = .nothing, where refuses: (Unicode.Scalar) -> Bool
    ) throws(SyntaxStop) {
        guard let scalar = next, refuses(scalar) else {
            if explains {
                let messages = complaint(expected)
                pending = .merge(pending, SyntaxFailure(position: position, messages: messages))
            }
            return
        }
        return try fail(further: 1, forbidden(scalar, .nothing))
    }

    /// The end of the text.
    mutating func end() throws(SyntaxStop) {
        guard let scalar = next else {
            if explains {
                let hint = SyntaxFailure(position: position, messages: complaint(.end))
                pending = .merge(pending, hint)
            }
            return
        }
        return try fail(forbidden(scalar, .end))
    }

    /// Runs `rule` one level of brackets deeper.
    mutating func nested<Value>(_ rule: Rule<Value>) throws(SyntaxStop) -> Value {
        guard depth < RequestLimits.nestingMax else {
            return try fail(complaint(.nothing) + [.plain("nested deeper than \(RequestLimits.nestingMax) levels")])
        }
        depth += 1
        let value = try rule(&self)
        depth -= 1
        return value
    }
}
