using Retrace.Configuration;
using Retrace.Training.DataParallel;
using Retrace.Training.Origins;

namespace Retrace.Training.Evolution;

/// <summary>
/// Gives a run's rollout engine its policy, and makes the checks that need it, such as whether servers compute the same
/// (<see cref="ServerCheck"/>), before the run begins.
/// </summary>
/// <remarks>
/// Servers read the policy from a folder, which lies in the run's unless another is configured. So that one is made
/// first, and goes again if the run is refused.
/// </remarks>
/// <param name="parts">What the run computes with; disposed if this fails, because the weights have to go first.</param>
internal sealed class FirstPolicy(
    RunOptions options, RunConfiguration configuration, RunParts parts, IProcessGroup processes)
{
    /// <summary>All processes call it together.</summary>
    /// <param name="stepsTaken">Steps learned so far.</param>
    /// <param name="schedule">Names the problems that servers are asked about.</param>
    /// <returns>The lock on a new run's folder, in the process that writes there; otherwise null.</returns>
    /// <exception cref="BadInputException">
    /// Servers compute another policy than this process, or the run's folder cannot be used.
    /// </exception>
    /// <exception cref="RolloutFailedException">No server is left that could generate.</exception>
    public IDisposable? Publish(int stepsTaken, BatchSchedule schedule, CancellationToken cancellation)
    {
        UnbegunFolder? folder = null;
        try
        {
            processes.RunOnAll(() =>
            {
                if (processes.Rank == 0 && !options.Resume)
                {
                    folder = UnbegunFolder.Make(options.RunFolder);
                    ResumeCheck.RefuseRunIn(options.RunFolder); // Another process may have written one meanwhile.
                }
            });
            parts.Engine.UsePolicy(parts.Guard.PolicyVersion(stepsTaken), cancellation);
            StepAssembly.ChecksOf(
                configuration, Method.Of(configuration), parts.Policy, parts.Engine, parts.Data, schedule, processes)
                ?.Invoke(cancellation);
            return folder?.Begin();
        }
        catch
        {
            parts.Dispose();
            folder?.Dispose();
            throw;
        }
    }
}
