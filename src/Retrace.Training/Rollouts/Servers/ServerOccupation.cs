using Retrace.RolloutServers;

namespace Retrace.Training.Rollouts.Servers;

/// <summary>Measures how long each server has requests to work on.</summary>
/// <param name="servers">The servers, in an order that all processes share.</param>
/// <param name="time">The clock.</param>
internal sealed class ServerOccupation(IReadOnlyList<RolloutServer> servers, TimeProvider time)
{
    private readonly Lock _lock = new();
    private readonly Occupied[] _occupied = [.. servers.Select(_ => new Occupied())];
    private TimeSpan _sampling;

    /// <summary>A server is given a request.</summary>
    public void Begin(RolloutServer server)
    {
        lock (_lock)
        {
            Occupied one = Of(server);
            if (one.Requests++ == 0)
            {
                one.Since = time.GetTimestamp();
            }
        }
    }

    /// <summary>A request has ended, whichever way.</summary>
    public void End(RolloutServer server)
    {
        lock (_lock)
        {
            Occupied one = Of(server);
            if (--one.Requests == 0)
            {
                one.Busy += time.GetElapsedTime(one.Since);
            }
        }
    }

    /// <summary>Samples were asked for, for that long.</summary>
    public void AddSampling(TimeSpan length)
    {
        lock (_lock)
        {
            _sampling += length;
        }
    }

    /// <summary>Since the previous call: how long samples were asked for, and [servers] how long each was busy.</summary>
    public (TimeSpan Sampling, TimeSpan[] Busy) Take()
    {
        lock (_lock)
        {
            (TimeSpan, TimeSpan[]) taken = (_sampling, Array.ConvertAll(_occupied, one => one.Busy));
            _sampling = TimeSpan.Zero;
            Array.ForEach(_occupied, one => one.Busy = TimeSpan.Zero);
            return taken;
        }
    }

    private Occupied Of(RolloutServer server)
    {
        int place = 0;
        while (servers[place] != server)
        {
            place++;
        }
        return _occupied[place];
    }

    private sealed class Occupied
    {
        public int Requests { get; set; }

        public long Since { get; set; }

        public TimeSpan Busy { get; set; }
    }
}
