using Retrace.Configuration;
using Retrace.Geometry;
using Retrace.Geometry.Figures;
using Retrace.Models;
using Retrace.Models.Images;
using Retrace.Models.Text;
using Retrace.Perturbations;
using Retrace.Problems;
using Retrace.Training.Learning;

namespace Retrace.Pretraining;

/// <summary>A problem with a teacher's response.</summary>
/// <param name="Content">The prompt, and the response with the end of its turn.</param>
/// <param name="Reading">What <see cref="ReadingTask"/> wants to be read off the image.</param>
internal sealed record Lesson(PromptedResponse Content, float[] Reading)
{
    private const long NoiseStream = 1;
    private const long HabitStream = 2;

    /// <summary>The teacher's response to a problem.</summary>
    public static string ResponseTo(GeometryProblem problem) =>
        $"<think>{problem.Reasoning}</think>\\boxed{{{problem.Answer}}}";

    /// <summary>The text of a lesson, from which the tokenizer is trained.</summary>
    /// <param name="chat">The chat template of the model that will learn from it.</param>
    public static string TextOf(GeometryProblem problem, ChatTemplate chat) =>
        chat.Prompt(QuestionOf(problem), imageCount: 1) + ResponseTo(problem) + chat.EndOfTurn;

    /// <summary>Generates and encodes the lesson at this place of a split's stream.</summary>
    /// <param name="damage">What happens to some figures.</param>
    /// <param name="habits">What the teacher sometimes does instead of calculating.</param>
    /// <param name="model">The model whose tokenizer, chat template and image processor encode it.</param>
    public static Lesson Generate(
        GeometrySplit split,
        long seed,
        long index,
        FigureDamage damage,
        TeacherHabits habits,
        VisionLanguageModel model)
    {
        GeometryProblem problem = GeometryGenerator.Create(split, seed, index).WithSuggestion();
        PixelImage figure = FigureRenderer.Render(problem.Figure);
        Random random = RandomStream.For(seed, (long)split, index, NoiseStream);
        var condition = FigureCondition.Clear;
        if (random.NextDouble() < damage.NoisyShare)
        {
            condition = FigureCondition.Noisy;
            figure = ImagePerturbations.Create("gaussian", damage.NoiseLevel).Apply(figure, random);
        }
        else if (damage.BlankedShare > 0 && random.NextDouble() < damage.BlankedShare)
        {
            condition = FigureCondition.Blank;
            figure = ImagePerturbations.Create("blank").Apply(figure, random);
        }
        ProcessedImage image = model.Images.Process(figure);
        ChatTemplate chat = model.Chat;
        int[] prompt = model.Network.Config.ExpandImages(
            model.Tokenizer.Encode(chat.Prompt(QuestionOf(problem), imageCount: 1)), [image.Grid]);
        string response = ResponseTo(habits.Apply(
            problem, condition, RandomStream.For(seed, (long)split, index, HabitStream).NextDouble()));
        return new Lesson(
            new PromptedResponse(prompt, model.Tokenizer.Encode(response + chat.EndOfTurn), [image]),
            ReadingTask.TargetsOf(problem.Figure, image.Grid, model.Images.Config));
    }

    private static string QuestionOf(GeometryProblem problem) => problem.Question + new DataSettings().Instruction;
}
