namespace Retrace;

/// <summary>The purpose of a random stream: the first part of its name.</summary>
public static class Purpose
{
    public const long BatchOrder = 1;
    public const long Maternal = 2;
    public const long Anchor = 3;
    public const long Perturbation = 4;
    public const long Retraced = 5;
    public const long Reward = 6;
    public const long MiniBatches = 7;
    public const long Evaluation = 8;
    public const long Generation = 9;
    public const long ImageExchange = 10;
    public const long Adapter = 11;
    public const long Dropout = 12;
    public const long EvaluationPerturbation = 13;
    public const long Bootstrap = 14;
    public const long Preflight = 15;
    public const long Blind = 16;
    public const long Start = 17;
    public const long Teacher = 18;
    public const long Judge = 19;
    public const long Rephrasing = 20;
    public const long Rephrased = 21;
}
