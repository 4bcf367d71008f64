package carryall.home;

final class MemoryStoreTest extends HomeStoreContract {
    @Override
    HomeStore store() {
        return new MemoryStore();
    }
}
