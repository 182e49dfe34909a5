using System.Text;
using Retrace.Models.Text;

namespace Retrace.Models.Families.Qwen;

/// <summary>What the chat formats of the Qwen-VL families have in common: turns between two tokens.</summary>
internal abstract class QwenChatTemplate : ChatTemplate
{
    protected const string System = "system";
    protected const string User = "user";

    private const string StartOfTurn = "<|im_start|>"; // The role and a line break follow.
    private const string VisionStart = "<|vision_start|>";
    private const string VisionEnd = "<|vision_end|>";

    public override string EndOfTurn => "<|im_end|>";

    public override string ImagePad => "<|image_pad|>";

    public override string ImagePlace => VisionStart + ImagePad + VisionEnd;

    public override string Padding => "<|endoftext|>";

    public override IReadOnlyList<string> SpecialTokens =>
    [
        Padding, StartOfTurn, EndOfTurn, VisionStart, VisionEnd, "<|vision_pad|>", ImagePad, "<|video_pad|>",
    ];

    private string OpenedTurn => $"{StartOfTurn}{Assistant}\n{Opening}";

    public override string Prompt(IReadOnlyList<ChatTurn> turns) => Turns(turns) + OpenedTurn;

    public override string Turns(IReadOnlyList<ChatTurn> turns)
    {
        var text = new StringBuilder();
        foreach (ChatTurn turn in Rendered(turns))
        {
            AppendTurn(text, turn);
        }
        return text.ToString();
    }

    public override string Continuation(IReadOnlyList<ChatTurn> turns) => Turns(turns)[..^(EndOfTurn.Length + 1)];

    public override string NewTurn(string prompt, string answer, string? request = null)
    {
        StringBuilder text = new StringBuilder(prompt).Append(answer).Append(EndOfTurn).Append('\n');
        if (request is not null)
        {
            AppendTurn(text, new ChatTurn(User, request));
        }
        return text.Append(OpenedTurn).ToString();
    }

    public override IReadOnlyList<ChatTurn>? Parse(string text)
    {
        List<ChatTurn> turns = [];
        foreach (string part in text.Split(StartOfTurn)[1..])
        {
            int line = part.IndexOf('\n');
            if (line < 0)
            {
                return null;
            }
            int end = part.IndexOf(EndOfTurn, StringComparison.Ordinal);
            turns.Add(new ChatTurn(part[..line], part[(line + 1)..Math.Max(line + 1, end < 0 ? part.Length : end)]));
        }
        if (text.EndsWith(OpenedTurn, StringComparison.Ordinal))
        {
            turns[^1] = turns[^1] with { Text = "" };
        }
        return turns;
    }

    /// <summary>The turns as they are written: with those that the format adds, without those that it leaves out.</summary>
    protected abstract IEnumerable<ChatTurn> Rendered(IReadOnlyList<ChatTurn> turns);

    private void AppendTurn(StringBuilder prompt, ChatTurn turn)
    {
        prompt.Append(StartOfTurn).Append(turn.Role).Append('\n');
        for (int i = 0; i < turn.ImageCount; i++)
        {
            prompt.Append(ImagePlace);
        }
        prompt.Append(turn.Text).Append(EndOfTurn).Append('\n');
    }
}
