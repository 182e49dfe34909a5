namespace Retrace.Simulation;

/// <summary>How much is sampled for one problem.</summary>
/// <param name="Trajectories">n</param>
/// <param name="Continuations">k of each trajectory; 0 where nothing is retraced.</param>
public readonly record struct GroupSize(int Trajectories, int Continuations)
{
    /// <summary>n(1 + k), all that is sampled.</summary>
    public int Total => Trajectories * (1 + Continuations);
}
