using Retrace.Advantages;
using Retrace.Answers;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Objectives;
using Retrace.Rewards;
using Retrace.Training.DataParallel;
using Retrace.Training.Learning;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>Assembles the parts of a step from a configuration.</summary>
internal static class StepAssembly
{
    /// <param name="method">The method, which says whether trajectories are retraced.</param>
    /// <param name="engine">This process's rollout engine.</param>
    /// <param name="schedule">Decides which problems each step uses.</param>
    /// <param name="steps">Number of steps in the whole run.</param>
    public static CsrsStep StepOf(
        RunConfiguration configuration,
        Method method,
        VisionLanguageModel model,
        IRolloutEngine engine,
        UsableProblems data,
        BatchSchedule schedule,
        int steps,
        GrpoLearner learner,
        IProcessGroup processes)
    {
        IRolloutEngine shared = SharedAmong(processes, engine);
        int n = configuration.Rollout.Group;
        int samples = method.CountsVotes ? Math.Max(configuration.Rollout.VoteSamples ?? n, n) : n;
        var sampling = new SamplingSettings(
            configuration.Rollout.Temperature,
            configuration.Rollout.TopP,
            method.Rule.Reads.HasFlag(RewardInputs.SelfCertainties));
        VisualPerturbation? perturbation =
            method.Retraces ? VisualPerturbation.Of(configuration, model.Images) : null;
        return new CsrsStep(
            new UpcomingBatches(
                data.Problems,
                schedule,
                steps,
                new ProblemPreparation(model, configuration.Data),
                perturbation is null ? null : (step, problems) => perturbation.Of(step, problems, n),
                processes.ShareOf),
            new MaternalRound(shared, model.Tokenizer, configuration, sampling, samples),
            method.Retraces ? TrajectoryCutter.Of(configuration, model.Tokenizer) : null,
            method.Retraces ? new Reinference(shared, model, configuration, sampling) : null,
            method.Rule.Reads.HasFlag(RewardInputs.BlindAnswers)
                ? new BlindRound(shared, model, configuration, sampling)
                : null,
            new AnswerGrouping(
                method.Rule, n, AnswerExtractions.Create(configuration.Reward.Extraction), data.Labels, configuration.Seed),
            new TrajectoryRewards(
                method.Rule,
                configuration.Reward.FormatWeight,
                GroupAdvantages.Parse(configuration.Learning.Advantage)),
            new TrainingSamples(
                ImportanceCorrection.Parse(configuration.Learning.Importance),
                configuration.Learning.ImportanceTruncation),
            learner);
    }

    /// <summary>The guard's question about images; null where it is not asked.</summary>
    public static AgreementProbe? ProbeOf(
        RunConfiguration configuration,
        Method method,
        VisionLanguageModel model,
        IRolloutEngine engine,
        UsableProblems data,
        IProcessGroup processes) => configuration.Guard.ProbeEvery is null
            ? null
            : new AgreementProbe(
                SharedAmong(processes, engine), model, configuration, data.Problems, method.Rule.Equivalence);

    private static IRolloutEngine SharedAmong(IProcessGroup processes, IRolloutEngine engine) =>
        processes.Size == 1 ? engine : new SharedRolloutEngine(engine, processes);
}
