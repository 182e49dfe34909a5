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
using Retrace.Training.Rollouts.Servers;

namespace Retrace.Training.Evolution;

/// <summary>Assembles the parts of a step from a configuration.</summary>
internal static class StepAssembly
{
    /// <param name="method">The method, which says whether trajectories are retraced.</param>
    /// <param name="engine">This process's rollout engine.</param>
    /// <param name="schedule">Decides which problems each step uses.</param>
    /// <param name="steps">Number of steps in the whole run.</param>
    /// <param name="sideModels">The models beside the policy that the rule asks.</param>
    public static CsrsStep StepOf(
        RunConfiguration configuration,
        Method method,
        VisionLanguageModel model,
        IRolloutEngine engine,
        UsableProblems data,
        BatchSchedule schedule,
        int steps,
        GrpoLearner learner,
        SideModels sideModels,
        IProcessGroup processes)
    {
        var clock = new StepClock(TimeProvider.System);
        IRolloutEngine shared = SharedAmong(processes, engine, clock);
        int n = configuration.Rollout.Group;
        int samples = method.CountsVotes ? Math.Max(configuration.Rollout.VoteSamples ?? n, n) : n;
        var sampling = new SamplingSettings(
            configuration.Rollout.Temperature,
            configuration.Rollout.TopP,
            method.Rule.Reads.HasFlag(RewardInputs.SelfCertainties))
        {
            Likeliest = method.Rule.Reads.HasFlag(RewardInputs.StepConfidences) ? StepConfidences.Likeliest : 0,
        };
        VisualPerturbation? perturbation =
            method.Retraces ? VisualPerturbation.Of(configuration, model.Images) : null;
        IAnswerExtraction extraction = AnswerExtractions.Create(configuration.Reward.Extraction);
        Func<int, string> textOf = new TokenTexts(model.Tokenizer).Of;
        return new CsrsStep(
            new UpcomingBatches(
                data.Problems,
                schedule,
                steps,
                new ProblemPreparation(model, configuration.Data),
                perturbation is null ? null : (step, problems) => perturbation.Of(step, problems, n),
                processes.ShareOf),
            new MaternalRound(shared, model.Tokenizer, configuration, sampling, samples, model.Chat.Opening),
            method.Retraces ? TrajectoryCutter.Of(configuration, model.Tokenizer) : null,
            method.Retraces ? new Reinference(shared, model, configuration, sampling) : null,
            new RoundAssembly(
                configuration,
                model,
                shared,
                network => SharedAmong(processes, new LocalRolloutEngine(network, configuration.Rollout), clock),
                sideModels,
                sampling).RoundsFor(method.Rule.Reads),
            new AnswerGrouping(
                method.Rule,
                n,
                new TrajectoryEvidence(method.Rule, extraction, textOf, configuration.Seed),
                data.Labels),
            method.Rule.Reads.HasFlag(RewardInputs.AnswerDistances)
                ? new AnswerPaths(
                    model.Network, extraction, textOf, configuration.Learning.TokensAtOnce, processes)
                : null,
            new TrajectoryRewards(
                method.Rule,
                configuration.Reward.FormatWeight,
                GroupAdvantages.Parse(configuration.Learning.Advantage)),
            new TrainingSamples(
                ImportanceCorrection.Parse(configuration.Learning.Importance),
                configuration.Learning.ImportanceTruncation),
            learner,
            clock,
            sideModels.Teacher is AveragedTeacher teacher ? step => teacher.Follow(step, steps) : null);
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

    /// <summary>What is checked once the engine has the policy; null where there is nothing to check.</summary>
    public static Action<CancellationToken>? ChecksOf(
        RunConfiguration configuration,
        Method method,
        VisionLanguageModel model,
        IRolloutEngine engine,
        UsableProblems data,
        BatchSchedule schedule,
        IProcessGroup processes)
    {
        Action<CancellationToken>? checks = engine is OpenAiRolloutEngine
            ? new ServerCheck(configuration, model, engine, data, schedule, processes).Run
            : null;
        return !method.Rule.Reads.HasFlag(RewardInputs.RephrasedAnswers)
            ? checks
            : checks + new RephrasingCheck(
                new RephrasedRound(
                    SharedAmong(processes, engine),
                    model,
                    configuration,
                    new SamplingSettings(configuration.Rollout.Temperature, configuration.Rollout.TopP)),
                new ProblemPreparation(model, configuration.Data),
                data,
                schedule).Run;
    }

    // Between steps, no clock is told.
    private static IRolloutEngine SharedAmong(
        IProcessGroup processes, IRolloutEngine engine, StepClock? clock = null) =>
        processes.Size == 1 ? engine : new SharedRolloutEngine(engine, processes, clock);
}
