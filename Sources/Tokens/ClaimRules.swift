/// How claims of another kind than they should be are taken.
public enum ClaimRules: Sendable, Hashable {
    /// Of tokens that we or our equals issue: a `role`, `sub` or `session_id` that is no text and a time that is null
    /// make the token unusable.
    case own
    /// Of anybody's, as PostgREST has it: such claims count as absent. What is neither null nor a number is no time
    /// there either.
    case foreign
}
