using Retrace.Advantages;
using Retrace.Rewards;

namespace Retrace.Simulation;

/// <summary>
/// GRPO on tabular policies, with the reward rules and the advantages of training, and sampled groups instead of a
/// model's.
/// </summary>
/// <remarks>
/// An update samples a group for each problem and goes up the gradient of
/// (1/n) Σ A_i log π(y_i) − β KL(π ‖ π_0) in the problem's logits: η [(1/n) Σ A_i (1[y_i = a] − π(a))
/// − β π(a) (log π(a)/π_0(a) − KL)]. There is one step for each group, so that the policy ratio is 1 and nothing clips.
/// </remarks>
public sealed class TabularLearner
{
    private const long Purpose = 2; // Of random numbers, beside TabularProblem's.

    private readonly TabularSetting _setting;
    private readonly LearningRule _rule;
    private readonly (Reinference Right, Reinference Wrong) _reinference;
    private readonly long _seed;
    private readonly IReadOnlyList<TabularProblem> _problems;
    private readonly AnswerDistribution[] _initial;
    private readonly AnswerDistribution[] _policies;
    private readonly double[][] _logits; // [problems][A]

    private TabularLearner(TabularSetting setting, LearningRule rule, double gap, long seed)
    {
        _setting = setting;
        _rule = rule;
        _reinference = rule.Retraces ? setting.Reinference(gap) : default;
        _seed = seed;
        _problems = TabularProblem.Sample(setting, seed);
        _logits = [.. _problems.Select(problem => problem.Logits.ToArray())];
        _initial = Array.ConvertAll(_logits, logits => AnswerDistribution.OfLogits(logits));
        _policies = [.. _initial];
    }

    /// <summary>[updates + 1] the state of the policies at the beginning and after each update.</summary>
    /// <param name="setting">Sizes and constants.</param>
    /// <param name="rule">The reward rule and the scale of its advantages.</param>
    /// <param name="gap">The survival gap; ignored by a rule that does not retrace.</param>
    /// <param name="seed">Decides problems and groups. Rules with the same seed see the same problems.</param>
    /// <exception cref="BadInputException">A number is out of range.</exception>
    public static IReadOnlyList<LearningPoint> Run(TabularSetting setting, LearningRule rule, double gap, long seed)
    {
        setting.Check();
        TabularLearner learner = new(setting, rule, gap, seed);
        List<LearningPoint> curve = [learner.Measure()];
        for (int update = 0; update < setting.Updates; update++)
        {
            learner.Update(update);
            curve.Add(learner.Measure());
        }
        return curve;
    }

    private LearningPoint Measure() => new(
        _policies.Zip(_problems, (policy, problem) => policy[problem.Right]).Average(),
        _policies.Average(policy => policy.Entropy));

    private void Update(int update)
    {
        AnswerGroup[] groups = [.. Enumerable.Range(0, _policies.Length).Select(problem => Sample(update, problem))];
        double[][] advantages = GroupAdvantages.Of(
            Array.ConvertAll(groups, _rule.Reward.Score), _rule.Normalisation);
        for (int problem = 0; problem < groups.Length; problem++)
        {
            Ascend(problem, groups[problem].Maternal, advantages[problem]);
        }
    }

    private AnswerGroup Sample(int update, int problem)
    {
        Random random = RandomStream.For(_seed, Purpose, update, problem);
        AnswerDistribution policy = _policies[problem];
        return SampledGroup.Sample(
            policy.Sample(random),
            policy,
            _setting.Group,
            answer => answer == _problems[problem].Right ? _reinference.Right : _reinference.Wrong,
            random);
    }

    private void Ascend(int problem, IReadOnlyList<int> answers, double[] advantages)
    {
        AnswerDistribution policy = _policies[problem];
        AnswerDistribution initial = _initial[problem];
        double[] logits = _logits[problem];
        double divergence = policy.DivergenceFrom(initial);
        double meanAdvantage = advantages.Average();
        for (int a = 0; a < logits.Length; a++)
        {
            double penalty = policy[a] > 0 ? policy[a] * (Math.Log(policy[a] / initial[a]) - divergence) : 0;
            logits[a] -= _setting.LearningRate * (policy[a] * meanAdvantage + _setting.Kl * penalty);
        }
        for (int i = 0; i < answers.Count; i++)
        {
            logits[answers[i]] += _setting.LearningRate * advantages[i] / answers.Count;
        }
        _policies[problem] = AnswerDistribution.OfLogits(logits);
    }
}
