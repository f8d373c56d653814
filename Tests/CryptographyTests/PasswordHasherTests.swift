import Cryptography
import TestSupport
import Testing

@Suite struct PasswordHasherTests {
    /// Published test vectors of bcrypt implementations, and one with Cyrillic letters made by another program.
    @Test(arguments: [
        ("U*U", "$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW"),
        ("", "$2a$06$DCq7YPn5Rq63x1Lad4cll.TV4S6ytwfsfvkgY8jIucDrjc8deX1s."),
        ("a", "$2b$05$CCCCCCCCCCCCCCCCCCCCC.crbyEJ0XFaJ9sONRyOTHdI7c4ZT.ndu"),
        ("пароль", "$2y$04$abcdefghijklmnopqrstuuEcURSwic20Q66XyIAO.9pxf2gB7Z9F."),
    ])
    func `known hashes accept their password and no other`(password: String, hash: String) async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        #expect(try await hasher.verify(password, against: hash))
        #expect(try await !hasher.verify(password + "x", against: hash))
        await hasher.shutdown()
    }

    @Test func `a new hash is of the configured cost, salted, and accepts its password`() async throws {
        let hasher = try PasswordHasher(.init(cost: 5))
        let first = try await hasher.hash("correct horse")
        let second = try await hasher.hash("correct horse")
        #expect(first.hasPrefix("$2a$05$"))
        #expect(first.count == 60)
        #expect(first != second)
        #expect(try await hasher.verify("correct horse", against: first))
        #expect(try await !hasher.verify("Correct horse", against: first))
        #expect(try await !hasher.verifyAgainstNobody("correct horse"))
        await hasher.shutdown()
    }

    @Test func `seventy-two bytes are taken and one more is not`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        let longest = String(repeating: "ä", count: 36)
        let hash = try await hasher.hash(longest)
        #expect(try await hasher.verify(longest, against: hash))
        await #expect(throws: PasswordError.tooLong(bytes: 73, bytesMax: 72)) { try await hasher.hash(longest + "x") }
        await #expect(throws: PasswordError.tooLong(bytes: 73, bytesMax: 72)) {
            try await hasher.verify(longest + "x", against: hash)
        }
        await #expect(throws: PasswordError.containsNUL) { try await hasher.hash("a\u{0}b") }
        await #expect(throws: PasswordError.containsNUL) { try await hasher.verifyAgainstNobody("a\u{0}") }
        await hasher.shutdown()
    }

    @Test(arguments: [
        ("", PasswordError.malformedHash), ("secret", .malformedHash), ("$", .malformedHash),
        ("$argon2id$v=19$m=65536,t=3,p=4$c2FsdA$aGFzaA", .malformedHash),
        ("$fbscrypt$v=1,n=14$x", .malformedHash), ("$argon2d$x", .unsupportedHash(scheme: "argon2d")),
        ("$1$salt$hash", .unsupportedHash(scheme: "1")),
        ("$2x$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", .unsupportedHash(scheme: "2x")),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe", .malformedHash),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeWW", .malformedHash),
        ("$2a$05$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOe!", .malformedHash),
        ("$2a$+5$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW", .malformedHash),
        (
            "$2a$31$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            .costOutOfRange(cost: 31, costMin: 4, costMax: 16)
        ),
        (
            "$2a$03$CCCCCCCCCCCCCCCCCCCCC.E5YPO9kmyuRGyh0XouQYb4YMJKvyOeW",
            .costOutOfRange(cost: 3, costMin: 4, costMax: 16)
        ),
    ])
    func `a hash that cannot be checked is an error and not a wrong password`(
        hash: String, error: PasswordError
    ) async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        await #expect(throws: error) { try await hasher.verify("U*U", against: hash) }
        await hasher.shutdown()
    }

    @Test func `random hashes are refused without harm`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        var generator = SeededGenerator(seed: 6)
        let letters = Array("$2aby04./AZ\u{0}é:")
        for _ in 0..<500 {
            let count = Int.random(in: 0...70, using: &generator)
            let tail = String((0..<count).map { _ in letters.randomElement(using: &generator)! })
            let hash = Bool.random(using: &generator) ? tail : "$2b$04$" + tail
            do throws(PasswordError) {
                let verdict = try await hasher.verify("password", against: hash)
                #expect(!verdict)
            } catch {
                #expect(error == .malformedHash || error.description.contains("not supported"))
            }
        }
        await hasher.shutdown()
    }

    @Test func `an absurd cost is refused when the hasher is made`() {
        #expect(throws: PasswordError.costOutOfRange(cost: 31, costMin: 4, costMax: 16)) {
            try PasswordHasher(.init(cost: 31))
        }
    }

    @Test func `a storm of sign-ins is worked off or refused, and the queue stays bounded`() async throws {
        let threads = 2
        let waitingMax = 6
        let hasher = try PasswordHasher(.init(cost: 6, threads: threads, waitingMax: waitingMax))
        let hash = try await hasher.hash("right")
        let outcomes = await withTaskGroup(of: Outcome.self) { group in
            for index in 0..<200 {
                group.addTask {
                    do throws(PasswordError) {
                        let password = index % 2 == 0 ? "right" : "wrong"
                        let verdict = try await hasher.verify(password, against: hash)
                        return verdict == (index % 2 == 0) ? .served : .mistaken
                    } catch {
                        return error == .overloaded(waiting: waitingMax) ? .refused : .mistaken
                    }
                }
            }
            return await group.reduce(into: [:]) { counts, outcome in counts[outcome, default: 0] += 1 }
        }
        #expect(outcomes[.mistaken] == nil)
        #expect((outcomes[.served] ?? 0) >= 1)
        #expect((outcomes[.served] ?? 0) + (outcomes[.refused] ?? 0) == 200)
        #expect(hasher.load == 0)
        // The storm over, everybody is served again.
        #expect(try await hasher.verify("right", against: hash))
        await hasher.shutdown()
    }

    private enum Outcome { case served, refused, mistaken }

    @Test func `with room for all nobody is refused`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4, threads: 2, waitingMax: 100))
        let hash = try await hasher.hash("right")
        let served = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<100 { group.addTask { (try? await hasher.verify("right", against: hash)) == true } }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect(served == 100)
        await hasher.shutdown()
    }

    @Test func `no room at all refuses whoever would have to wait`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4, threads: 1, waitingMax: 0))
        let hash = try await hasher.hash("right")
        #expect(try await hasher.verify("right", against: hash))
        let slow = try PasswordHasher(.init(cost: 12, threads: 1, waitingMax: 0))
        let refused = await withTaskGroup(of: Bool.self) { group in
            for _ in 0..<4 {
                group.addTask {
                    do throws(PasswordError) {
                        _ = try await slow.hash("right")
                        return false
                    } catch { return error == .overloaded(waiting: 0) }
                }
            }
            return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
        }
        #expect((1...3).contains(refused))
        await slow.shutdown()
        await hasher.shutdown()
    }

    @Test func `a cancelled caller is not worked for`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        let task = Task {
            while !Task.isCancelled { await Task.yield() }
            do throws(PasswordError) {
                _ = try await hasher.hash("right")
                return false
            } catch { return error == .cancelled }
        }
        task.cancel()
        #expect(await task.value)
        await hasher.shutdown()
    }

    @Test func `after shutdown nothing is hashed`() async throws {
        let hasher = try PasswordHasher(.init(cost: 4))
        await hasher.shutdown()
        await hasher.shutdown()
        await #expect(throws: PasswordError.stopped) { try await hasher.hash("right") }
    }
}
