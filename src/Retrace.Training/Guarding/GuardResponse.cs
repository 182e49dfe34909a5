namespace Retrace.Training.Guarding;

/// <summary>What the guard does after a step; all processes of a job do the same.</summary>
/// <param name="Stops">Ends the run, with a checkpoint.</param>
/// <param name="ReturnsTo">The step of the checkpoint that the run goes back to; null where it does not.</param>
internal sealed record GuardResponse(bool Stops, int? ReturnsTo)
{
    /// <summary>The run goes on.</summary>
    public static GuardResponse None { get; } = new(false, null);
}
