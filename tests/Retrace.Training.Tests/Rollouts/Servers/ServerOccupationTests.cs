using Retrace.RolloutServers;
using Retrace.Testing;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Tests.Rollouts.Servers;

public sealed class ServerOccupationTests
{
    [Fact]
    public void A_server_is_busy_while_it_has_any_request_however_many()
    {
        CountedTime time = new();
        using RolloutServer one = new(new Uri("http://127.0.0.1:1/"), key: null, time);
        using RolloutServer other = new(new Uri("http://127.0.0.1:2/"), key: null, time);
        ServerOccupation occupation = new([one, other], time);
        occupation.Begin(one);
        time.Spend(1);
        occupation.Begin(one); // A second request beside the first.
        occupation.Begin(other);
        time.Spend(2);
        occupation.End(one);
        time.Spend(4);
        occupation.End(one);
        time.Spend(8);
        occupation.End(other);
        time.Spend(16);
        occupation.AddSampling(TimeSpan.FromSeconds(31));

        (TimeSpan sampling, TimeSpan[] busy) = occupation.Take();
        Assert.Equal(31, sampling.TotalSeconds);
        Assert.Equal([7, 14], busy.Select(length => length.TotalSeconds));
        (sampling, busy) = occupation.Take();
        Assert.Equal(TimeSpan.Zero, sampling);
        Assert.Equal([TimeSpan.Zero, TimeSpan.Zero], busy);
    }
}
