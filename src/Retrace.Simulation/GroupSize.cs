namespace Retrace.Simulation;

/// <summary>The number of samples for one problem.</summary>
/// <param name="Trajectories">n, the number of maternal trajectories.</param>
/// <param name="Continuations">k, the number of continuations of each trajectory; 0 where nothing is retraced.</param>
public readonly record struct GroupSize(int Trajectories, int Continuations)
{
    /// <summary>n(1 + k), the number of all samples.</summary>
    public int Total => Trajectories * (1 + Continuations);
}
