/// What is known of the request that is being answered, for code that is too far from it to be handed it: hooks are
/// told the client's address wherever an access token is signed.
enum RequestContext {
    /// The client's address; nil outside of requests and where it is not known.
    @TaskLocal static var address: String?
}
