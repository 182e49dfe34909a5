using System.CommandLine;
using System.Text;
using Retrace.Cli.Progress;
using Retrace.Configuration;
using Retrace.Data;
using Retrace.Models;
using Retrace.Models.Text;
using Retrace.Problems;
using Retrace.Training.Prompts;
using Retrace.Training.Rollouts;

namespace Retrace.Cli.Commands;

/// <summary><c>retrace generate</c>: answers a question about images, or a file of them.</summary>
internal sealed class GenerateCommand
{
    private readonly ModelOptions _model = new();

    private readonly Option<string[]> _images = new("--image")
    {
        Description = "An image that the question is about; may be repeated.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _prompt = new("--prompt")
    {
        Description = "The question, given to the model as it is.",
        HelpName = "TEXT",
    };

    private readonly Option<bool> _instruct = new("--instruction")
    {
        Description = "Appends data.instruction to every question, as training does.",
    };

    private readonly Option<string?> _input = new("--input")
    {
        Description = "Instead of --prompt: a JSON lines file of prompts.",
        HelpName = "FILE",
    };

    private readonly Option<string?> _output = new("--output")
    {
        Description = "With --input: the JSON lines file to write.",
        HelpName = "FILE",
    };

    private readonly Option<int> _samples = new("--samples")
    {
        Description = "Responses to each prompt.",
        HelpName = "K",
        DefaultValueFactory = _ => 1,
    };

    private readonly Option<double?> _temperature = new("--temperature")
    {
        Description = "Sampling temperature; 0 takes the likeliest token. By default rollout.temperature.",
        HelpName = "T",
    };

    private GenerateCommand()
    {
        _model.Add("--max-tokens", "rollout.max_response_tokens", "N", "Longest response in tokens.");
        _model.Add("--seed", "seed", "N", "Seed of the random numbers.");
    }

    public static Command Create()
    {
        GenerateCommand options = new();
        TensorCommand command = new("generate", "Answers a question about an image, or a file of questions.");
        command.Options.Add(options._images);
        command.Options.Add(options._prompt);
        command.Options.Add(options._instruct);
        command.Options.Add(options._input);
        command.Options.Add(options._output);
        command.Options.Add(options._samples);
        command.Options.Add(options._temperature);
        options._model.AddTo(command);
        command.SetAction((parsed, cancellation) =>
        {
            options.Generate(parsed, cancellation);
            return Task.FromResult(ExitCode.Done);
        });
        return command;
    }

    private void Generate(ParseResult parsed, CancellationToken cancellation)
    {
        string? text = parsed.GetValue(_prompt);
        string[] images = parsed.GetValue(_images) ?? [];
        string? input = parsed.GetValue(_input);
        string? output = parsed.GetValue(_output);
        bool one = text is not null && input is null && output is null;
        bool file = text is null && images.Length == 0 && input is not null && output is not null;
        if (!one && !file)
        {
            throw new BadInputException(
                "generate takes either --prompt, with or without --image, or --input and --output");
        }
        RunConfiguration configuration = _model.Resolve(parsed);
        ResponseSampling sampling = Sampling(parsed, configuration);
        IReadOnlyList<PromptLine> lines = file
            ? PromptFile.Read(input!, configuration.Data.AllowOutsideImages, configuration.Data.ImageDir)
            : [];

        using VisionLanguageModel model = _model.Load(parsed, configuration);
        PromptEncoder encoder = new(model, parsed.GetValue(_instruct) ? configuration.Data.Instruction : "");
        LocalRolloutEngine engine = new(model.Network, configuration.Rollout);
        Responder responder = new(model, engine, sampling);
        if (file)
        {
            ProgressDisplay.During("prompts answered", lines.Count, onLines =>
                responder.RespondToFile(lines, encoder, output!, cancellation, onLines));
        }
        else
        {
            Answer(responder, model.Tokenizer, encoder.Encode(text!, [.. images.Select(path => new ImageFile(path))]),
                sampling.Samples, cancellation);
        }
    }

    private ResponseSampling Sampling(ParseResult parsed, RunConfiguration configuration)
    {
        int samples = WholeNumber.AtLeastOne("--samples", parsed.GetValue(_samples));
        double temperature = parsed.GetValue(_temperature) ?? configuration.Rollout.Temperature;
        if (!(temperature is >= 0 and < double.PositiveInfinity))
        {
            throw new BadInputException($"--temperature is {temperature}, but must be a number of at least 0");
        }
        return new ResponseSampling(
            samples,
            temperature,
            configuration.Rollout.TopP,
            configuration.Rollout.MaxResponseTokens,
            configuration.Seed);
    }

    // The first response appears as it is generated; the others, generated beside it, when all are there.
    private static void Answer(
        Responder responder, Tokenizer tokenizer, EncodedPrompt prompt, int samples, CancellationToken cancellation)
    {
        Console.OutputEncoding = new UTF8Encoding(encoderShouldEmitUTF8Identifier: false);
        WriteLabel(0);
        TextStream first = new(tokenizer);
        Generation[] responses = responder.Respond(prompt, cancellation, (sample, token) =>
        {
            if (sample == 0)
            {
                Console.Write(TerminalText.WithoutControls(first.Append(token)));
            }
        });
        Console.WriteLine(TerminalText.WithoutControls(first.End()));
        for (int sample = 1; sample < samples; sample++)
        {
            WriteLabel(sample);
            Console.WriteLine(TerminalText.WithoutControls(tokenizer.Decode(responses[sample].Tokens)));
        }

        void WriteLabel(int sample)
        {
            if (samples > 1)
            {
                Console.WriteLine($"[{sample + 1} of {samples}]");
            }
        }
    }
}
