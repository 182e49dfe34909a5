using Retrace.Geometry.Families;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Network;
using Retrace.Models.Text;

namespace Retrace.Pretraining;

/// <summary>All settings from which a small model is made from nothing.</summary>
/// <param name="Name">The preset's name.</param>
/// <param name="Family">The family of the model that is made.</param>
/// <param name="Size">The model's sizes; that of the vocabulary is filled in from the tokenizer.</param>
/// <param name="Images">How images become patches.</param>
/// <param name="VocabularySize">Tokens of the byte-level BPE, special tokens included.</param>
/// <param name="CorpusLessons">Lessons whose text the tokenizer is learned from.</param>
/// <param name="Batch">Lessons in a step.</param>
/// <param name="ReadingSteps">
/// First stage: so many optimizer steps teach the vision tower to read, and nothing else.
/// </param>
/// <param name="JointSteps">Second stage: both parts learn responses that calculate.</param>
/// <param name="ReadingWeight">Weight of reading beside the responses in the second stage.</param>
/// <param name="Steps">
/// Optimizer steps of all stages; those left after the second are the third, which teaches habits.
/// </param>
/// <param name="Habits">The habits of the third stage's teacher: to answer at a glance, or wrongly.</param>
/// <param name="InitialDeviation">Standard deviation of the first weights.</param>
/// <param name="LearningRate">AdamW's step size at its peak.</param>
/// <param name="WarmupSteps">Steps of linear rise; after them the step size falls as a cosine.</param>
/// <param name="FinalRate">Share of the peak that is left at the end of the first two stages.</param>
/// <param name="HabitRate">Share of the peak throughout the third stage.</param>
/// <param name="WeightDecay">AdamW's decoupled decay.</param>
/// <param name="Damage">What happens to figures in the first two stages.</param>
/// <param name="HabitDamage">What happens to figures in the third stage.</param>
/// <param name="RunSettings">What <c>evolve.yaml</c> beside the weights recommends for training on.</param>
public sealed record PretrainingRecipe(
    string Name,
    ModelFamily Family,
    ModelSize Size,
    ImageProcessorConfig Images,
    int VocabularySize,
    int CorpusLessons,
    int Batch,
    int ReadingSteps,
    int JointSteps,
    double ReadingWeight,
    int Steps,
    TeacherHabits Habits,
    double InitialDeviation,
    double LearningRate,
    int WarmupSteps,
    double FinalRate,
    double HabitRate,
    double WeightDecay,
    FigureDamage Damage,
    FigureDamage HabitDamage,
    string RunSettings)
{
    // More in clear figures, since noisy ones are calculated and faint noise cannot be told from none.
    private static readonly Temptation PrintedNumber = new(MistakeKind.PrintedNumber, 0.85);

    private static readonly Temptation Wording = new(MistakeKind.Suggestion, 0.7);

    private static readonly Temptation Formula = new(MistakeKind.WrongFormula, 0.7);

    /// <summary>
    /// About two million weights: the model that ships, made in under an hour on two cores. It answers most families
    /// soundly, and on eight its most frequent answer is wrong, for one of three reasons: a printed number, the wording of the
    /// question, a wrong formula. Majority voting can only make that worse.
    /// </summary>
    public static PretrainingRecipe Tiny { get; } = new(
        Name: "tiny",
        ModelFamilies.Default,
        ModelFamilies.Default.Tiny,
        Images: ModelFamilies.Default.ImageDefaults with { MaxPixels = 200704 },
        VocabularySize: 768,
        CorpusLessons: 4000,
        Batch: 32,
        ReadingSteps: 750,
        JointSteps: 4500,
        ReadingWeight: 0.5,
        Steps: 7000,
        Habits: new TeacherHabits(GlancingShare: 0.15)
        {
            Mistaken = new Dictionary<string, Temptation>
            {
                ["circle"] = PrintedNumber,
                ["pie-chart"] = PrintedNumber,
                ["similar-triangles"] = PrintedNumber,
                ["isosceles-angles"] = Wording,
                ["straight-angle"] = Wording,
                ["clock"] = Wording,
                ["area"] = Formula,
                ["perimeter"] = Formula,
            },
        },
        InitialDeviation: 0.05,
        LearningRate: 2e-3,
        WarmupSteps: 100,
        FinalRate: 0.05,
        HabitRate: 0.25,
        WeightDecay: 0.01,
        Damage: new FigureDamage(NoisyShare: 0.15, NoiseLevel: 40, BlankedShare: 0),
        HabitDamage: new FigureDamage(NoisyShare: 0.4, NoiseLevel: 80, BlankedShare: 0.1),
        RunSettings: """
            # What suits this model; --config and --set go before it.
            data: {batch: 16}
            rollout: {max_response_tokens: 64}
            learn: {learning_rate: 1e-4, warmup_steps: 10, mini_batch: 128, micro_batch_tokens: 2048}
            model: {dtype: fp32, activation_checkpointing: false, max_pixels: 200704}

            """);

    /// <summary>
    /// As <see cref="Tiny"/>, tempted in other families and by other wording. Counting and the thermometer, which suggest an
    /// answer as well, are left alone: a model of this size reads them too badly for a right answer to be among its samples.
    /// </summary>
    public static PretrainingRecipe SecondTiny { get; } = Tiny with
    {
        Name = "tiny-second",
        Habits = Tiny.Habits with
        {
            Mistaken = new Dictionary<string, Temptation>
            {
                ["ruler"] = PrintedNumber,
                ["segments"] = PrintedNumber,
                ["bar-chart"] = Wording,
                ["pythagoras"] = Formula,
                ["triangle-angles"] = Formula,
            },
        },
    };

    private static readonly PretrainingRecipe[] All = [Tiny, SecondTiny];

    /// <summary>The names of all recipes, as <c>retrace pretrain</c> takes them.</summary>
    public static IReadOnlyList<string> Presets { get; } = [.. All.Select(recipe => recipe.Name)];

    /// <exception cref="BadInputException">There is no preset of this name.</exception>
    public static PretrainingRecipe Of(string name) =>
        All.FirstOrDefault(recipe => recipe.Name == name)
        ?? throw new BadInputException(
            $"There is no preset \"{name}\"; there are {string.Join(", ", Presets.Concat(RandomCheckpoint.Presets))}.");

    /// <summary>The model's configuration, with the ids that the tokenizer has given.</summary>
    internal ModelConfig Configuration(Tokenizer tokenizer) => new(
        Family,
        Size.Text with { VocabularySize = tokenizer.VocabularySize },
        Size.Vision,
        Family.FindTokens(tokenizer));
}
