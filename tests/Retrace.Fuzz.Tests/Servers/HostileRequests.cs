using System.Collections.Concurrent;

namespace Retrace.Fuzz.Tests.Servers;

/// <summary>
/// Sends damaged requests to a server and looks whether it hangs or fails inside. Many at a time, because one that is cut
/// short waits for the rest.
/// </summary>
internal static class HostileRequests
{
    private const int Connections = 64;

    /// <summary>Tries one request after another, each on a connection of its own.</summary>
    /// <param name="name">The harness, for messages.</param>
    /// <param name="cases">How many requests the CI tries.</param>
    /// <param name="address">The server, in this process.</param>
    /// <param name="make">The bytes of a case, from its own random numbers.</param>
    public static void Run(string name, int cases, Uri address, Func<Random, byte[]> make)
    {
        FuzzBudget budget = new(cases);
        int next = budget.First - 1;
        ConcurrentDictionary<int, int> statuses = [];
        string? finding = null;
        // Threads of their own: the server needs the pool's.
        Thread[] senders = [.. Enumerable.Range(0, Connections).Select(_ => new Thread(Send) { IsBackground = true })];
        Array.ForEach(senders, sender => sender.Start());
        Array.ForEach(senders, sender => sender.Join());
        int tried = next - Connections + 1 - budget.First;
        Assert.True(finding is null, finding);
        int refused = statuses.Where(pair => pair.Key is 0 or >= 400).Sum(pair => pair.Value);
        Assert.True(refused < tried, $"No request of {name} was ever answered well: the harness tests nothing.");
        Assert.True(refused > 0, $"No request of {name} was ever refused: the harness tests nothing.");
        TestContext.Current.TestOutputHelper?.WriteLine($"{name}: {tried} requests; by status "
            + string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Key}: {pair.Value}")));

        void Send()
        {
            while (Interlocked.Increment(ref next) is var number && budget.Allows(number) && finding is null)
            {
                byte[] request = make(new Random(number));
                try
                {
                    int status = RawRequest.SendDamaged(address, request);
                    if (status is >= 500 and not 505) // 505: another version of HTTP.
                    {
                        finding = Fuzzer.Kept(name, number, request, $"status {status}");
                    }
                    statuses.AddOrUpdate(status, 1, (_, count) => count + 1);
                }
                catch (Exception error)
                {
                    finding = Fuzzer.Kept(name, number, request, error.ToString());
                }
            }
        }
    }
}
