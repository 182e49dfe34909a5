namespace Retrace.Testing;

/// <summary>Time that goes on only where a test spends it.</summary>
internal sealed class CountedTime : TimeProvider
{
    private long _now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => _now;

    public void Spend(double seconds) => _now += TimeSpan.FromSeconds(seconds).Ticks;
}
