"""Words of an emergency in a drill, a film, an idiom, a question or a story long past; and real ones among such words."""

from __future__ import annotations

import pytest

from agent.safety.red_flags import RedFlagScreen

LOOK_ALIKES = [
    "We had a CPR course at work yesterday. If the dummy isn't breathing, do you start with compressions or breaths?",
    "Our fire drill had an actor with fake burns on his face and hands, it was so realistic",
    "How long after a stroke does the brain stay in danger? My uncle had his in 2016 and is fine",
    "I had a heart attack nine years ago, three stents, all checks good. Can I take up swimming?",
    "My brother had meningitis as a toddler. Could he still have hearing problems at 40?",
    "The dog ate a whole bar of chocolate last week, the vet made him sick, he's fine. Is chocolate bad for people too?",
    "My phone died and I nearly had a stroke looking for the charger",
    "This heat is killing me, I'm melting lol, any tips for sleeping?",
    "That exam gave me a heart attack, I forgot everything",
    "I can't breathe in these jeans since Christmas, how do I lose weight?",
    "For the quiz: what poison smells of bitter almonds?",
    "What are the warning signs of sepsis that I should print for the notice board?",
    "A neighbour told me that someone in her old village was bitten by an adder as a child. Are there adders in Kent?",
    "News said three people were found unconscious from a boiler leak. Which alarm should I buy?",
    "I read that a teenager died of anaphylaxis at a concert. How common is peanut allergy?",
    "No chest pain, no breathlessness, I only want to know my cholesterol target",
    "I meant heartburn, not a heart attack, sorry. It's just acid after pizza",
    "I fainted once at school in 2005 when they took blood. Now I need a blood test, how can I avoid it?",
    "My daughter is writing an essay about the Titanic: how long can you survive in freezing water?",
    "My character is stabbed in the stomach with a sword. How long could he still walk?",
    "She's drop dead gorgeous and I was speechless the whole evening",
    "I was bleeding money last month, stress is getting to me. How do I relax?",
    "He bit my head off in the meeting and I still feel sick about it. Is that burnout?",
    "My 5 year old swallowed a cherry stone on Sunday, came out on Tuesday, all good. Do I need to do anything?",
    "Had my appendix out in March, the belly pain and fever are long gone. When can I lift weights?",
    "I'm a childminder, can you explain the choking algorithm for under ones for my folder?",
    "Is it true that holding in a sneeze can cause a stroke?",
    "My late wife had an aneurysm. Should our sons be scanned?",
    "Doctor said it was not a stroke but Bell's palsy, face is getting better on steroids. How long until it's normal?",
    "My blood pressure was 190/120 in hospital two years ago, now 128/80 on tablets. Can I stop salt-free cooking?",
    "Killing me softly with that cough of his, all night long. Any syrup?",
    "我上个月学了心肺复苏，假人不喘气的时候是先按压还是先吹气？",
    "昨晚看的医疗剧里男主突然胸痛倒地，现实中真有那么快吗",
    "爸爸2015年脑梗过一次，恢复得挺好，现在能坐飞机吗",
    "我八年前心梗放了三个支架，复查都好，能不能学游泳",
    "新闻里说一家三口煤气中毒，报警器买什么样的好",
    "听说有个学生花生过敏在食堂没了，花生过敏常见吗",
    "老板催报表催得我要吐血了，压力大怎么缓解",
    "减肥减得我快饿昏了，晚上能吃点啥",
    "这天热得我要中暑了哈哈，晚上怎么睡得着",
    "没有胸痛也没有气短，就想问胆固醇多少算合格",
    "说错了，不是心梗，是胃酸反流，吃完披萨烧心",
    "上初中抽血晕倒过一次，下周又要抽血，怎么能不晕",
    "女儿写作文：掉进冰水里能撑多久？",
    "我小说里的女主被一剑刺中肚子，还能走多远",
    "他帅得让我窒息，怎么搭话",
    "工作群一响我就头皮发麻心脏骤停，是焦虑吗",
    "孩子上周吞了个樱桃核，第二天拉出来了，没事吧",
    "三月份切的阑尾，肚子疼发烧早没了，什么时候能举铁",
    "癫痫门诊改到五月了，要带发作记录本吗",
    "我是幼师，一岁以下噎住的急救流程图怎么画",
    "憋喷嚏会中风是真的吗",
    "老伴生前有动脉瘤，儿子要不要查",
    "我两年前住院时血压190/120，现在吃药128/80，能停药吗",
    "猫把老鼠药旁边的饭吃了，兽医洗过胃了，人摸过猫要紧吗",
    "邻居家小孩去年被蛇咬过，我们小区还有蛇吗",
    "打游戏被队友坑得吐血，晚上睡不着怎么办",
    "蚊子咬的包肿得像中毒，抹什么",
    "考试题：一氧化碳中毒的皮肤颜色是什么",
    "Where should I put a carbon monoxide alarm?",
    "What should I not eat with acid reflux?",
    "别人癫痫发作时应该怎么办？",
    "一氧化碳报警器应该装在哪里？",
]
REAL = [
    "At the CPR course today our instructor collapsed and isn't breathing",
    "We were watching a film and my husband suddenly can't speak and his face dropped",
    "During the fire drill I twisted nothing but now I have crushing chest pain and I'm sweating",
    "I laughed so hard and then passed out, and now my chest hurts badly",
    "He laughed, went blue and is unconscious on the floor",
    "I had a heart attack in 2016 and now I have the same chest pain in my left arm and sweat",
    "My dog bit my son in the face and he's bleeding, it won't stop",
    "The dog ate some rat poison and my toddler swallowed some of it too",
    "My son ate his magnets during the quiz night, he swallowed two of them",
    "we have a training course and a colleague just had a seizure, still shaking",
    "I fell off a horse this morning and can't feel my legs",
    "Mum, seizure since ten minutes, the first since 2012",
    "co alarm going off in our house and we all have headaches",
    "培训的时候我同事突然抽搐倒地，叫不醒",
    "看电影看到一半，我爸突然口角歪斜说不出话",
    "考试压力大，今天胸口压榨样疼，左胳膊麻，出冷汗",
    "笑着笑着就昏过去了，现在叫不醒",
    "小说看到半夜，突然胸痛喘不过气，嘴唇发紫",
    "我家狗把我儿子脸咬了，血止不住",
    "打游戏的时候弟弟突然全身抽搐，口吐白沫",
    "爸爸2015年脑梗过，今天又一边手脚没力气，说话不清",
    "煤气报警器一直响，一家人都头晕想吐",
    "吃了海鲜嘴唇肿，气得我话都说不出来，喘不上气",
    "演练结束后我突然胸口剧痛，满头大汗",
    "孩子考试回来就高烧40度，脖子硬，身上出紫点",
    "Wife cannot finish one line of the hymn, she has to catch her breath. She is on the pill and her leg is swollen",
]


@pytest.mark.parametrize("text", LOOK_ALIKES)
def test_told_of_but_not_happening(text: str) -> None:
    assert RedFlagScreen.load().check([text]).red_flags == ()


@pytest.mark.parametrize("text", REAL)
def test_real_among_such_words(text: str) -> None:
    assert RedFlagScreen.load().check([text]).red_flags
