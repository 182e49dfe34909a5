namespace Retrace.Simulation;

/// <summary>A policy in its barest form: the probabilities of the answers 0 … A − 1 to one problem.</summary>
public sealed class AnswerDistribution
{
    private const double Tolerance = 1e-9; // Of the sum of probabilities that somebody wrote down.

    private readonly double[] _probabilities;

    private AnswerDistribution(double[] probabilities) => _probabilities = probabilities;

    /// <summary>The probability of each answer: [A].</summary>
    public IReadOnlyList<double> Probabilities => _probabilities;

    /// <summary>A, the number of possible answers.</summary>
    public int Answers => _probabilities.Length;

    public double this[int answer] => _probabilities[answer];

    /// <summary>The entropy in nats: from 0, where one answer has all the mass, to log A.</summary>
    public double Entropy => -_probabilities.Where(p => p > 0).Sum(p => p * Math.Log(p));

    /// <summary>The most probable answer; of several, the first.</summary>
    public int Mode => Array.IndexOf(_probabilities, _probabilities.Max());

    /// <param name="probabilities">[A] at least two, none negative, with the sum 1.</param>
    /// <exception cref="BadInputException">They are no distribution.</exception>
    public static AnswerDistribution Of(IReadOnlyList<double> probabilities)
    {
        if (probabilities.Count < 2
            || probabilities.Any(p => p is not (>= 0 and <= 1))
            || Math.Abs(probabilities.Sum() - 1) > Tolerance)
        {
            throw new BadInputException(
                $"The probabilities are {string.Join(", ", probabilities)}, but must be two or more, from 0 to 1, with "
                + "the sum 1.");
        }
        return new AnswerDistribution([.. probabilities]);
    }

    /// <summary>The softmax of [A] logits, of which −∞ gives probability 0.</summary>
    public static AnswerDistribution OfLogits(ReadOnlySpan<double> logits)
    {
        double[] probabilities = new double[logits.Length];
        double largest = double.NegativeInfinity;
        foreach (double logit in logits)
        {
            largest = Math.Max(largest, logit);
        }
        double sum = 0;
        for (int a = 0; a < logits.Length; a++)
        {
            probabilities[a] = Math.Exp(logits[a] - largest);
            sum += probabilities[a];
        }
        for (int a = 0; a < logits.Length; a++)
        {
            probabilities[a] /= sum;
        }
        return new AnswerDistribution(probabilities);
    }

    /// <summary>KL(this ‖ <paramref name="other"/>) in nats.</summary>
    public double DivergenceFrom(AnswerDistribution other)
    {
        double divergence = 0;
        for (int a = 0; a < Answers; a++)
        {
            divergence += _probabilities[a] > 0 ? _probabilities[a] * Math.Log(_probabilities[a] / other[a]) : 0;
        }
        return divergence;
    }

    /// <summary>Samples an answer.</summary>
    public int Sample(Random random)
    {
        double left = random.NextDouble();
        for (int a = 0; a < Answers - 1; a++)
        {
            left -= _probabilities[a];
            if (left < 0)
            {
                return a;
            }
        }
        return Answers - 1;
    }
}
