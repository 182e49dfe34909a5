using Retrace.Configuration;
using Retrace.Models;
using Retrace.Training.DataParallel;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Evolution;

/// <summary>The preflight of a run with servers (<see cref="Preflight"/>), on the first problems of the run.</summary>
/// <param name="processes">Those of the job: the first compares for all, since all ask the same servers.</param>
internal sealed class ServerCheck(
    RunConfiguration configuration,
    VisionLanguageModel policy,
    IRolloutEngine engine,
    UsableProblems data,
    BatchSchedule schedule,
    IProcessGroup processes)
{
    /// <exception cref="BadInputException">Servers compute another policy than this process.</exception>
    public void Run(CancellationToken cancellation) => processes.RunOnAll(() =>
    {
        if (processes.Rank == 0)
        {
            var preparation = new ProblemPreparation(policy, configuration.Data);
            int maxTokens = Math.Min(Preflight.MaxTokens, configuration.Rollout.MaxResponseTokens);
            RolloutRequest[] requests =
            [
                .. schedule.Of(1).Take(Preflight.Prompts)
                    .Select(place => preparation.Prepare(data.Problems[place]))
                    .Select((problem, i) => new RolloutRequest(
                        problem.Prompt,
                        problem.Images,
                        maxTokens,
                        [RandomStream.For(configuration.Seed, Purpose.Preflight, i)])),
            ];
            Preflight.Check(engine, requests, configuration.Rollout.Temperature, cancellation);
        }
    });
}
