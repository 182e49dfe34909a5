namespace Retrace.Pretraining;

/// <summary>What a teacher sees of a figure.</summary>
internal enum FigureCondition
{
    Clear,
    Noisy,
    Blank,
}
