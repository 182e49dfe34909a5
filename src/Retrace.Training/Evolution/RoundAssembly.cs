using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Retrace.Configuration;
using Retrace.Models;
using Retrace.Models.Network;
using Retrace.Problems;
using Retrace.Rewards;
using Retrace.Training.Learning;
using Retrace.Training.Rollouts;

namespace Retrace.Training.Evolution;

/// <summary>The models beside the policy that a run's rule asks.</summary>
/// <param name="Start">The start model, which stays as it is; null where the rule asks nothing of it.</param>
/// <param name="Teacher">The average of the policies so far; null where the rule asks none.</param>
internal sealed record SideModels(VisionLanguageNetwork? Start, AveragedTeacher? Teacher);

/// <summary>Assembles the rounds that a rule asks for beside the maternal one and re-inference.</summary>
/// <param name="configuration">The run's configuration.</param>
/// <param name="model">The policy, whose tokenizer and chat template all models share.</param>
/// <param name="policy">Generates with the policy, in all processes.</param>
/// <param name="engineOf">Makes an engine that generates with another network, in all processes.</param>
/// <param name="models">The other models.</param>
/// <param name="sampling">How the policy is sampled.</param>
internal sealed class RoundAssembly(
    RunConfiguration configuration,
    VisionLanguageModel model,
    IRolloutEngine policy,
    Func<VisionLanguageNetwork, IRolloutEngine> engineOf,
    SideModels models,
    SamplingSettings sampling)
{
    /// <param name="reads">What the rule reads.</param>
    public SideRounds RoundsFor(RewardInputs reads) => new(
        reads.HasFlag(RewardInputs.BlindAnswers) ? new BlindRound(policy, model, configuration, sampling) : null,
        reads.HasFlag(RewardInputs.StartAnswers) ? RoundOf(models.Start!, OfProblem) : null,
        reads.HasFlag(RewardInputs.TeacherAnswers) ? RoundOf(models.Teacher!.Network, OfStep) : null,
        reads.HasFlag(RewardInputs.Judgements) ? new JudgeRound(engineOf(models.Start!), model, configuration) : null,
        reads.HasFlag(RewardInputs.RephrasedAnswers)
            ? new RephrasedRound(policy, model, configuration, sampling)
            : null);

    private ResponseRound RoundOf(VisionLanguageNetwork network, ResponseStream stream) => new(
        engineOf(network), model.Tokenizer, configuration, sampling.Unmeasured, configuration.Rollout.Group, stream);

    private Random OfStep(int step, int place, Problem problem, int sample) =>
        RandomStream.For(configuration.Seed, Purpose.Teacher, step, place, sample);

    // The same whenever the problem is met, as if the start model had been asked once before training.
    private Random OfProblem(int step, int place, Problem problem, int sample)
    {
        byte[] digest = SHA256.HashData(Encoding.UTF8.GetBytes(problem.Id));
        return RandomStream.For(
            configuration.Seed, Purpose.Start, BinaryPrimitives.ReadInt64LittleEndian(digest), sample);
    }
}
