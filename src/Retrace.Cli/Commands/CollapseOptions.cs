using System.CommandLine;
using Retrace.Simulation;
using static Retrace.Cli.Commands.NumberOption<Retrace.Simulation.CollapseSetting>;

namespace Retrace.Cli.Commands;

/// <summary>The options of simulations that replace a policy over answers again and again.</summary>
/// <param name="iterations">How often the policy is replaced.</param>
internal sealed class CollapseOptions(Option<int> iterations)
{
    private readonly Option<string> _probabilities = new("--probabilities")
    {
        Description = "Probabilities of the answers at the beginning, separated by commas.",
        HelpName = "LIST",
        DefaultValueFactory = _ => NumberList.Write(new CollapseSetting().Initial.Probabilities),
    };

    private readonly Option<int> _right = Number("--right", "Which answer is right, counted from 0.", usual => usual.Right);

    private readonly Option<double> _beta =
        Number("--beta", "Weight of the KL divergence; η is 1/β.", usual => usual.Beta);

    private readonly Option<int> _group =
        Number("--group", "n: maternal trajectories.", usual => usual.Group.Trajectories);

    private readonly Option<int> _samples =
        Number("--samples", "m: re-inference trajectories of each.", usual => usual.Group.Continuations);

    private readonly Option<double> _survival =
        Number("--survival", "Probability that a continuation keeps its answer.", usual => usual.Reinference.Survival);

    private readonly Option<double> _spread =
        Number("--spread", "Uniform share in what the others sample: perturbation.", usual => usual.Reinference.Spread);

    private readonly Option<int> _groups =
        Number("--sampled-groups", "Groups per answer and round of what is sampled.", usual => usual.SampledGroups);

    public void AddTo(Command command)
    {
        foreach (Option option in new Option[]
        {
            _probabilities, _right, _beta, iterations, _group, _samples, _survival, _spread, _groups,
        })
        {
            command.Options.Add(option);
        }
    }

    /// <exception cref="BadInputException">The probabilities are no list of numbers that add up to 1.</exception>
    public CollapseSetting In(ParseResult parsed) => new()
    {
        Initial = AnswerDistribution.Of(NumberList.Parse("--probabilities", parsed.GetRequiredValue(_probabilities))),
        Right = parsed.GetValue(_right),
        Beta = parsed.GetValue(_beta),
        Iterations = parsed.GetValue(iterations),
        Group = new GroupSize(parsed.GetValue(_group), parsed.GetValue(_samples)),
        Reinference = new Reinference(parsed.GetValue(_survival), parsed.GetValue(_spread)),
        SampledGroups = parsed.GetValue(_groups),
    };
}
