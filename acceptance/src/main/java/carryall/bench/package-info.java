/// Benchmarks. They drive the shipped `./carryall` as a user does, and the peers' own tools, and
/// know nothing of Carryall's inside but its JSON. `Bench` is the entry; a benchmark is a class of
/// its own that answers with [Figure]s.
@org.jspecify.annotations.NullMarked
package carryall.bench;
