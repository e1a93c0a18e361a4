import Events
import Testing

@Suite(.timeLimit(.minutes(20)))
struct UserTests {
    private static let ann = UserEvent.registered(UserRegistered(userID: .sample(1), name: "Ann"))
    private static let bob = UserEvent.registered(UserRegistered(userID: .sample(1), name: "Bob"))

    @Test func aUserIsRegisteredOnce() {
        var user: User?
        #expect(User.evolve(&user, Recorded(Self.ann, offset: 3)) == .accepted)
        let registered = User(id: .sample(1), name: "Ann", createdAt: Timestamp(milliseconds: 3000))
        #expect(user == registered)
        #expect(User.evolve(&user, Recorded(Self.bob, offset: 4)) == .voided(.alreadyExists))
        #expect(user == registered)
    }

    @Test func anEventIsOfItsUser() {
        #expect(Self.ann.userID == .sample(1))
        #expect(Self.ann.type == .userRegistered)
    }
}
